"""Schema: every table and key of a file, but for those that probes and notifiers bring.

One description gives validation, defaults and the reference. Marks of a key:

    node      a key of [metrics] that each node may set for itself
    later     known, but not honoured in this version: named in one notice
    idle      accepted without effect, for ever: named in one notice
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field

from watchkeeper.config.forms import (
    Attempts,
    Count,
    Id,
    Latency,
    Line,
    Milliseconds,
    Natural,
    Network,
    PaceSeconds,
    Seconds,
    Share,
    web,
)
from watchkeeper.config.server import Anchor, Inet, LogLevel
from watchkeeper.core.plan import AlertOn, Mode
from watchkeeper.core.reminder import Backoff
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url

DEFAULT_ASSETS = "./res/assets/"
NO_KEY: Mapping[str, Any] = MappingProxyType({"key": False})


def about(doc: str, **marks: bool) -> dict[str, object]:
    """Return the metadata of a key: what it is for, and its marks."""
    return {"doc": doc, **marks}


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTable:
    """How this process listens, logs and keeps; not part of the plan."""

    log_level: LogLevel = field(
        default=LogLevel.ERROR, metadata=about("how much is logged; in any case of letters")
    )
    inet: Inet = field(
        default=Inet("::1", 8080),
        metadata=about("IP address and port to listen on, such as `0.0.0.0:8080`"),
    )
    store: str = field(
        default="",
        metadata=about(
            "where the database is: a path, `sqlite:///path` or `postgresql://…`; when absent, "
            "beside the state of the system or the user",
            secret=True,
        ),
    )
    manager_token: Secret = field(
        metadata=about("password of the manager API; empty closes it to all")
    )
    reporter_token: Secret = field(
        metadata=about("password of the reporter API; empty closes it to all")
    )
    allowed_addresses: tuple[Network, ...] = field(
        default=(),
        metadata=about(
            "addresses and networks that targets and channels of this file may have although they "
            "are never connected to elsewhere: cloud metadata, link-local, multicast"
        ),
    )
    anchors: tuple[Anchor, ...] = field(
        default=(),
        metadata=about(
            "machines outside that answer while our own network works, such as `192.0.2.1:53`; "
            "when absent, the servers of the channels. The default router is always one"
        ),
    )
    workers: Count = field(default=4, metadata=about("number of HTTP threads", idle=True))
    mcp_server: bool = field(
        default=False, metadata=about("offers the page to assistants", later=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetsTable:
    """Files of the operator's own."""

    path: str = field(
        default=DEFAULT_ASSETS,
        metadata=about(
            "folder with `images/badges/`, `images/*/`, `fonts/*/`, `stylesheets/`, `javascripts/` "
            "and `public/robots.txt`, as far as they shall be served; seen from where the program "
            "is started"
        ),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BrandingTable:
    """What the page shows around the services."""

    page_title: Line = field(
        default="Status Page", metadata=about("title of the page, and of what is sent")
    )
    page_url: Url = field(metadata=about("where people find the page"))
    company_name: Line = field(metadata=about("whose page it is"))
    icon_color: Line = field(metadata=about("a CSS colour"))
    icon_url: Url = field(metadata=about("the page's icon"))
    logo_color: Line = field(metadata=about("a CSS colour"))
    logo_url: Url = field(metadata=about("the image in the page's head"))
    website_url: Url = field(metadata=about("where the page's head leads"))
    support_url: Url = field(metadata=about("where help is; `mailto:` is fine"))
    custom_html: str = field(
        default="", metadata=about("put into the page's `<head>` as it is; it may run scripts")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsTable:
    """How replicas are watched, as long as their node does not say otherwise."""

    poll_interval: Seconds = field(
        default=120, metadata=about("seconds from one look to the next", node=True)
    )
    poll_retry: Attempts = field(
        default=2, metadata=about("attempts after a failed first one, in one look", node=True)
    )
    poll_retry_wait: Milliseconds = field(
        default=500, metadata=about("milliseconds between two attempts", node=True)
    )
    poll_delay_dead: Seconds = field(
        default=10, metadata=about("seconds until an attempt has failed", node=True)
    )
    poll_delay_sick: Latency = field(
        default=5, metadata=about("seconds from which a good answer is sick", node=True)
    )
    poll_parallelism: Count = field(default=4, metadata=about("number of poll threads", idle=True))
    confirm_dead: Count = field(
        default=1, metadata=about("looks in a row that must fail before it is dead", node=True)
    )
    confirm_healthy: Count = field(
        default=1, metadata=about("looks in a row that must succeed before it is back", node=True)
    )
    push_delay_dead: Latency = field(
        default=20,
        metadata=about("seconds that a reporter may be later than it promised", node=True),
    )
    push_system_cpu_sick_above: Share = field(
        default=0.90, metadata=about("share of the CPU above which it is sick", node=True)
    )
    push_system_ram_sick_above: Share = field(
        default=0.90, metadata=about("share of the memory above which it is sick", node=True)
    )
    local_delay_dead: Latency = field(
        default=40,
        metadata=about("seconds that a local daemon may be later than it promised", node=True),
    )
    script_interval: Seconds = field(
        default=300, metadata=about("seconds from one run of a script to the next", node=True)
    )
    script_delay_dead: Seconds | None = field(
        default=None,
        metadata=about(
            "seconds until a script is ended and dead; its interval, 300 at most, when absent",
            node=True,
        ),
    )
    script_parallelism: Count = field(
        default=2, metadata=about("scripts that may run at the same time")
    )
    given: Mapping[str, Any] = field(default_factory=dict, metadata=NO_KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class RabbitmqTable:
    """A RabbitMQ server, whose queues tell of push nodes."""

    api_url: Url = field(
        metadata={
            **about("its management API; only scheme, host and port of the URL count"),
            "check": web,
        }
    )
    auth_username: str = field(metadata=about("a user of it, who may see the queues"))
    auth_password: Secret = field(metadata=about("the user's password"))
    virtualhost: Line = field(metadata=about("where the queues are; `/` is written `%2F`"))
    queue_ready_healthy_below: Natural = field(metadata=about("waiting messages from which sick"))
    queue_nack_healthy_below: Natural = field(metadata=about("unacknowledged ones, likewise"))
    queue_ready_dead_above: Natural = field(metadata=about("waiting messages above which dead"))
    queue_nack_dead_above: Natural = field(metadata=about("unacknowledged ones, likewise"))
    queue_loaded_retry_delay: Milliseconds | None = field(
        default=None, metadata=about("milliseconds until a loaded queue is asked once more")
    )
    queue_interval: Seconds = field(
        default=30, metadata=about("seconds from one time that a queue is asked to the next")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PluginsTable:
    """Other witnesses than looks and reports."""

    rabbitmq: RabbitmqTable | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTable:
    """A place to speak to; a kind may have several, each a `[[notify.…]]` with a `name`."""

    name: Id = field(default="", metadata=about("what to call it; the kind when absent"))
    reminders_only: bool = field(
        default=False, metadata=about("is told reminders and nothing else; not for a webhook")
    )
    settings: Any = field(metadata=NO_KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyTable:
    """What is said, and when."""

    alert_on: AlertOn = field(
        default=AlertOn.PAGE, metadata=about("what an alert is about: the page, or its parts")
    )
    pace: Annotated[tuple[PaceSeconds, ...], Field(max_length=100)] = field(
        default=(30, 120, 300),
        metadata=about("seconds between news while an alert is open; `[]`: all at once"),
    )
    startup_notification: bool = field(
        default=True, metadata=about("says the status once after each start")
    )
    alert_sick: bool = field(
        default=False, metadata=about("who is sick is in trouble too, and so told of")
    )
    reminder_interval: Seconds | None = field(
        default=None, metadata=about("seconds between reminders of an open alert")
    )
    reminder_backoff_function: Backoff = field(
        default=Backoff.NONE, metadata=about("how that time grows")
    )
    reminder_backoff_limit: Annotated[int, Field(ge=0, le=65_535)] = field(
        default=3, metadata=about("where it stops growing")
    )
    reminder_escalate: bool = field(
        default=False,
        metadata=about(
            "the first reminder rouses the first target of a channel, each further one one more"
        ),
    )
    flap_changes: Annotated[int, Field(ge=0, le=100)] = field(
        default=4, metadata=about("deaths and returns that make a replica flap; 0: never")
    )
    flap_window: Seconds = field(
        default=1_800,
        metadata=about("seconds in which they are counted; four looks for each, if longer"),
    )
    flap_stable: Seconds = field(
        default=900, metadata=about("seconds without a change that end it; six looks, if longer")
    )
    given: Mapping[str, tuple[ChannelTable, ...]] = field(default_factory=dict, metadata=NO_KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeTable:
    """A part of a service, which says how it is watched."""

    id: Id = field(metadata=about("its name in URLs and reports, once in a service"))
    label: Line = field(metadata=about("its name on the page"))
    mode: Mode = field(metadata=about("how its replicas are watched"))
    was: Id = field(default="", metadata=about("its id before, whose history it takes over"))
    replicas: tuple[Line, ...] = field(
        default=(), metadata=about("URLs to look at; on `poll` nodes alone")
    )
    scripts: tuple[str | tuple[str, ...], ...] = field(
        default=(),
        metadata=about(
            "what to run, each a shell script, or a list of a program and its arguments; on "
            "`script` nodes alone"
        ),
    )
    reveal_replica_name: bool = field(
        default=False, metadata=about("shows its replicas' names on the page")
    )
    link_url: Url | None = field(default=None, metadata=about("a link beside it"))
    link_label: Line = field(default="", metadata=about("the words of the link"))
    channels: tuple[str, ...] | None = field(
        default=None,
        metadata=about("names of the channels that hear of it; those of the service when absent"),
    )
    rabbitmq_queue: Line = field(
        default="", metadata=about("a queue that it works through; on `push` nodes alone")
    )
    rabbitmq_queue_nack_healthy_below: Natural | None = field(
        default=None, metadata=about("this queue's own, as in `[plugins.rabbitmq]`")
    )
    rabbitmq_queue_nack_dead_above: Natural | None = field(
        default=None, metadata=about("this queue's own, as in `[plugins.rabbitmq]`")
    )
    given: Mapping[str, Any] = field(default_factory=dict, metadata=NO_KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTable:
    """A named group of nodes."""

    id: Id = field(metadata=about("its name in URLs and reports"))
    label: Line = field(metadata=about("its name on the page"))
    was: Id = field(default="", metadata=about("its id before, whose history it takes over"))
    channels: tuple[str, ...] | None = field(
        default=None,
        metadata=about("names of the channels that hear of it; all when absent, none for `[]`"),
    )
    node: tuple[NodeTable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProbeTable:
    """What is watched."""

    service: tuple[ServiceTable, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceTable:
    """A planned window, in which nothing is said."""

    title: Line = field(metadata=about("what the page says of it"))
    starts_at: datetime = field(
        metadata=about("date and time with offset, such as `2030-01-31T22:00:00+01:00`")
    )
    ends_at: datetime = field(metadata=about("the same; of the first time, where it repeats"))
    repeats: str = field(
        default="",
        metadata=about(
            "when it comes again: a recurrence rule (RRULE), such as `FREQ=WEEKLY;BYDAY=SU`"
        ),
    )
    scope: Annotated[tuple[str, ...], Field(min_length=1)] = field(
        default=(), metadata=about("`service` or `service:node`; everything when absent")
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FileTable:
    """A whole file."""

    server: ServerTable
    assets: AssetsTable = AssetsTable()
    branding: BrandingTable
    metrics: MetricsTable = MetricsTable()
    plugins: PluginsTable = PluginsTable()
    notify: NotifyTable = NotifyTable()
    maintenance: tuple[MaintenanceTable, ...] = ()
    probe: ProbeTable
