"""Metrics: how replicas are watched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.config.forms import Latency, Milliseconds, Positive, Retries, Seconds, Share
from watchkeeper.config.schema.marks import NO_KEY, about


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricsTable:
    """How replicas are watched, as long as their node does not say otherwise."""

    poll_interval: Seconds = field(
        default=120, metadata=about("seconds from one look to the next", node=True)
    )
    poll_retry: Retries = field(
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
    poll_parallelism: Positive = field(
        default=4, metadata=about("number of poll threads", idle=True)
    )
    confirm_dead: Positive = field(
        default=1, metadata=about("looks in a row that must fail before it is dead", node=True)
    )
    confirm_healthy: Positive = field(
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
    script_parallelism: Positive = field(
        default=2, metadata=about("scripts that may run at the same time")
    )
    given: Mapping[str, Any] = field(default_factory=dict, metadata=NO_KEY)
