"""Mark: how something is marked on the page, from a replica up to the whole."""

from collections.abc import Iterable
from enum import StrEnum

from watchkeeper.core.state import NodeState, ReplicaState, ServiceState
from watchkeeper.core.status import Standing, Status


class Mark(StrEnum):
    """What is seen of something at a glance, from the best to the worst."""

    HEALTHY = "healthy"
    PENDING = "pending"
    MAINTENANCE = "maintenance"
    BLIND = "blind"
    SICK = "sick"
    DEAD = "dead"

    @property
    def is_trouble(self) -> bool:
        """Return whether its readers have to do with it: it is sick or dead."""
        return self in {Mark.SICK, Mark.DEAD}


OF_STATUS = {Status.HEALTHY: Mark.HEALTHY, Status.SICK: Mark.SICK, Status.DEAD: Mark.DEAD}
_OF_STANDING = {Standing.PENDING: Mark.PENDING, Standing.BLIND: Mark.BLIND}
_SEVERITY = {mark: rank for rank, mark in enumerate(Mark)}


def of_replica(replica: ReplicaState) -> Mark:
    """Return the mark of a replica: what it stands on counts before its last word."""
    return _OF_STANDING.get(replica.standing) or OF_STATUS[replica.status]


def of_node(node: NodeState) -> Mark:
    """Return the mark of a node: whatever its replicas are, maintenance was planned."""
    if node.maintenance:
        return Mark.MAINTENANCE
    marks = {of_replica(replica) for replica in node.replicas} or {Mark.PENDING}
    known = OF_STATUS[node.status]
    return worst(marks | {known} if known.is_trouble else marks)


def of_service(service: ServiceState) -> Mark:
    """Return the mark of a service: the worst of its nodes."""
    return worst(map(of_node, service.nodes))


def worst(marks: Iterable[Mark]) -> Mark:
    """Return the worst of *marks*; pending only where there is nothing else."""
    seen = set(marks)
    return max(seen - {Mark.PENDING}, key=_SEVERITY.__getitem__, default=Mark.PENDING)


def severity(mark: Mark) -> int:
    """Return a number that is higher the worse *mark* is."""
    return _SEVERITY[mark]
