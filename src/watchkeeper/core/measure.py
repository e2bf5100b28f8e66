"""Measures: the last numbers beside the statuses. Nothing is decided by them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import NamedTuple

from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import Service
from watchkeeper.core.queue import Counts
from watchkeeper.core.report import UNKNOWN


class Measure(NamedTuple):
    """The last numbers of a replica, in the units of `Report`; `UNKNOWN` where there is none."""

    latency_us: int = UNKNOWN
    cpu: int = UNKNOWN
    ram: int = UNKNOWN


class ServiceMeasures(NamedTuple):
    """The last numbers of the *replicas* of one service, and of the queue of each node."""

    replicas: Mapping[ReplicaName, Measure]
    queues: Mapping[str, Counts]


NO_MEASURES = ServiceMeasures(MappingProxyType({}), MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Measures:
    """The last numbers of *replicas*, by service, and of *queues*, by their name."""

    replicas: Mapping[str, Mapping[ReplicaName, Measure]] = field(
        default_factory=lambda: MappingProxyType({})
    )
    queues: Mapping[str, Counts] = field(default_factory=lambda: MappingProxyType({}))

    def of(self, service: Service) -> ServiceMeasures:
        """Return those of *service* alone."""
        known = self.queues
        queues = {
            node.key: known[node.queue.name]
            for node in service.nodes
            if node.queue and node.queue.name in known
        }
        return ServiceMeasures(self.replicas.get(service.key, NO_MEASURES.replicas), queues)


def combine(
    latencies: Mapping[ReplicaName, int], loads: Mapping[ReplicaName, tuple[int, int]]
) -> dict[str, dict[ReplicaName, Measure]]:
    """Return the measure of each replica that has any, by its service."""
    found: dict[str, dict[ReplicaName, Measure]] = {}
    for name in latencies.keys() | loads.keys():
        measure = Measure(latencies.get(name, UNKNOWN), *loads.get(name, (UNKNOWN, UNKNOWN)))
        found.setdefault(name.service, {})[name] = measure
    return found
