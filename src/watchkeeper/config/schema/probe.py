"""Probe: the services, their nodes, and how each is watched."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.config.forms import Id, Label, Natural, OneLine
from watchkeeper.config.schema.marks import NO_KEY, about
from watchkeeper.core.plan import Mode
from watchkeeper.core.url import Url


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeTable:
    """A part of a service, which says how it is watched."""

    id: Id = field(metadata=about("its name in URLs and reports, once in a service"))
    label: Label = field(metadata=about("its name on the page"))
    mode: Mode = field(metadata=about("how its replicas are watched"))
    was: Id = field(default="", metadata=about("its id before, whose history it takes over"))
    replicas: tuple[OneLine, ...] = field(
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
    link_label: Label = field(default="", metadata=about("the words of the link"))
    channels: tuple[str, ...] | None = field(
        default=None,
        metadata=about("names of the channels that hear of it; those of the service when absent"),
    )
    rabbitmq_queue: OneLine = field(
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
    label: Label = field(metadata=about("its name on the page"))
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
