"""Plugins: other witnesses than looks and reports."""

from dataclasses import dataclass, field

from watchkeeper.config.forms import Milliseconds, Natural, OneLine, Seconds, web
from watchkeeper.config.schema.marks import about
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url


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
    virtualhost: OneLine = field(metadata=about("where the queues are; `/` is written `%2F`"))
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
