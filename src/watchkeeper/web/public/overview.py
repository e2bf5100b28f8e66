"""Overview: what the page says of the whole, above everything else."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from watchkeeper.core.plan import Maintenance
from watchkeeper.core.state import NodeState, PageState, ReplicaState, ServiceState
from watchkeeper.web.public.mark import OF_STATUS, Mark, of_replica, worst
from watchkeeper.web.public.stamp import Stamp, stamp


@dataclass(frozen=True, slots=True)
class Work:
    """A maintenance, in the words of the operator, and until when."""

    title: str
    until: Stamp


@dataclass(frozen=True, slots=True)
class Overview:
    """What is said of the whole; *wording* is the end of the ids of its texts.

    *named* are the services that it is about: those in trouble, else those out of sight, or
    under maintenance for *works*. *since* is None where no moment would be true.
    """

    mark: Mark
    wording: str
    named: tuple[ServiceState, ...]
    works: tuple[Work, ...]
    total: int
    since: Stamp | None


def overview(state: PageState, marks: Mapping[str, Mark]) -> Overview:
    """Return what is said of the whole page; *marks* are those of its services, by key."""
    mark = worst(marks.values())
    since_at = _since_at(state, mark)
    return Overview(
        mark,
        _wording(state, mark),
        tuple(service for service in state.services if _is_named(marks[service.key], mark)),
        _works(state) if mark is Mark.MAINTENANCE else (),
        len(state.services),
        stamp(since_at, has_year=True) if since_at else None,
    )


def work(maintenance: Maintenance) -> Work:
    """Return *maintenance* as it is shown."""
    return Work(maintenance.title, stamp(maintenance.until_at))


def _is_named(mark: Mark, whole: Mark) -> bool:
    return mark.is_trouble or (mark is whole and mark in {Mark.BLIND, Mark.MAINTENANCE})


def _wording(state: PageState, mark: Mark) -> str:
    if not state.services:
        return "empty"
    marks = {of_replica(replica) for _, replica in _replicas(state)}
    if mark is Mark.DEAD and marks == {Mark.DEAD}:
        return "all_dead"
    if mark is Mark.HEALTHY and Mark.PENDING in marks:
        return "healthy_so_far"
    return mark.value


def _since_at(state: PageState, mark: Mark) -> int | None:
    """Return since when, in wall milliseconds, the page is marked as it is.

    That is when its status changed, unless what its readers are told leaves something out.
    """
    if mark in {Mark.PENDING, Mark.MAINTENANCE}:
        return None
    watched = [(node, one) for node, one in _replicas(state) if not node.maintenance]
    if mark is OF_STATUS[state.status] and len(watched) == sum(1 for _ in _replicas(state)):
        return state.since_at
    return min((one.since_at for _, one in watched if of_replica(one) is mark), default=None)


def _works(state: PageState) -> tuple[Work, ...]:
    """Return each maintenance once, the first to end first."""
    nodes = (node for service in state.services for node in service.nodes)
    found = {node.maintenance for node in nodes if node.maintenance}
    return tuple(map(work, sorted(found, key=lambda one: (one.until_at, one.title))))


def _replicas(state: PageState) -> Iterator[tuple[NodeState, ReplicaState]]:
    for service in state.services:
        for node in service.nodes:
            for replica in node.replicas:
                yield node, replica
