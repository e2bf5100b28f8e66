"""Plan: the world as configured, one frozen value."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from watchkeeper.core.flap import FlapRules
from watchkeeper.core.name import NodeName, ReplicaName
from watchkeeper.core.queue import Broker, Queue
from watchkeeper.core.reminder import Reminding
from watchkeeper.core.secret import Secret
from watchkeeper.core.status import Status
from watchkeeper.core.url import Url

_FLAP = FlapRules()


class Mode(StrEnum):
    """How the replicas of a node are watched."""

    POLL = "poll"
    PUSH = "push"
    SCRIPT = "script"
    LOCAL = "local"


class AlertOn(StrEnum):
    """What an alert is about: the whole page, or its smaller parts."""

    PAGE = "page"
    SERVICE = "service"
    NODE = "node"
    REPLICA = "replica"


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the public sees around the services."""

    title: str
    url: Url
    company_name: str
    icon_color: str
    icon_url: Url
    logo_color: str
    logo_url: Url
    website_url: Url
    support_url: Url
    custom_html: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """How often and how patiently the replicas of a node are looked at; milliseconds.

    *timeout_ms* is the deadline of one attempt, *sick_ms* the latency from which a good
    answer is sick. A look has *retries* attempts after the first, *retry_wait_ms* apart.
    *confirm_dead* and *confirm_healthy* count looks.
    """

    interval_ms: int = 120_000
    retries: int = 2
    retry_wait_ms: int = 500
    timeout_ms: int = 10_000
    sick_ms: int = 5_000
    confirm_dead: int = 1
    confirm_healthy: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Listening:
    """How reports about a node are judged.

    *grace_ms* is added to the interval that a reporter promises; loads above the two
    shares (1.0 is all of it) are sick. Bounds: at most *most_replicas* a node.
    """

    grace_ms: int = 20_000
    cpu_sick_above: float = 0.90
    ram_sick_above: float = 0.90
    most_replicas: int = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of a service, which says how it is watched.

    *replicas* are those that the plan itself names: URLs, or the index of a script. A URL that
    holds credentials is named without them, and is whole in *whole* alone.
    *options* holds, by the scheme of a replica, the settings of its probe. *channels* are
    the keys of those that hear of it, None for all.
    """

    key: str
    label: str
    mode: Mode
    replicas: tuple[str, ...] = ()
    scripts: tuple[str, ...] = ()
    whole: Mapping[str, Secret] = field(default_factory=lambda: MappingProxyType({}))
    looking: Looking = Looking()
    listening: Listening = Listening()
    options: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))
    queue: Queue | None = None
    reveal_replica_name: bool = False
    link_url: Url | None = None
    link_label: str = ""
    was: str = ""
    channels: tuple[str, ...] | None = None

    @property
    def is_looked_at(self) -> bool:
        """Return whether we look ourselves, instead of waiting for reports."""
        return self.mode in {Mode.POLL, Mode.SCRIPT}

    def address(self, replica: str) -> str:
        """Return what is looked at: the whole URL of *replica*, or the script."""
        if self.mode is Mode.SCRIPT:
            return self.scripts[int(replica)]
        return self.whole[replica].reveal() if replica in self.whole else replica


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A named group of nodes."""

    key: str
    label: str
    nodes: tuple[Node, ...]
    was: str = ""


@dataclass(frozen=True, slots=True)
class Maintenance:
    """What a node undergoes until the wall time *until_at*, milliseconds; nothing is said then."""

    title: str
    until_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A planned time of maintenance, from the wall time *starts_at* for *lasts_ms*.

    *repeats* is a recurrence rule, empty for a window that comes once. It comes, and ends, by the
    clocks of the time *zone* with that name, or of *offset_ms* from UTC where that is empty.
    *scope* are the nodes concerned, all where it is empty.
    """

    title: str
    starts_at: int
    lasts_ms: int
    repeats: str = ""
    offset_ms: int = 0
    zone: str = ""
    scope: tuple[NodeName, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One of those that a channel speaks to; each has a lane of its own.

    *rank* counts them from 0 in the order of the file. *settings* are the channel's, with
    this target alone in them. *name* is for operators; it is empty where there is one.
    """

    settings: object
    rank: int = 0
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A configured place to speak to. *digest* changes whenever its settings do.

    *targets* has the key of each lane: a hash of the address, '' where the kind has one. Where
    each message is paid for, *daily_limit* is how many a target may have (0: any number).
    """

    key: str
    kind: str
    digest: str
    targets: Mapping[str, Target]
    reminders_only: bool = False
    daily_limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules of alerting; *pace_ms* are the waits between news while an alert is open.

    A replica is in trouble from the status *trouble_from* on: dead, or sick already. Nobody is
    reminded where there is no *reminding*.
    """

    alert_on: AlertOn = AlertOn.PAGE
    trouble_from: Status = Status.DEAD
    pace_ms: tuple[int, ...] = (30_000, 120_000, 300_000)
    startup: bool = True
    reminding: Reminding | None = None
    flap: FlapRules = _FLAP


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Everything that is watched, shown and told. *digest* is equal where all of it is."""

    page: Page
    services: tuple[Service, ...]
    channels: tuple[Channel, ...] = ()
    policy: Policy = Policy()
    windows: tuple[Window, ...] = ()
    broker: Broker | None = None
    digest: str = ""

    def nodes(self) -> Iterator[tuple[NodeName, Node]]:
        """Yield each node with its name, in the order of the file."""
        for service in self.services:
            for node in service.nodes:
                yield NodeName(service.key, node.key), node

    def replicas(self) -> Iterator[tuple[ReplicaName, Node]]:
        """Yield each replica that the plan itself names, with its node."""
        for name, node in self.nodes():
            for replica in node.replicas:
                yield ReplicaName(*name, replica), node
