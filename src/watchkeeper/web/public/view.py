"""View: what the page shows of a state, as values that a template can print.

Pure: the same state and plan always give the same view, so no word in it depends on the
time at which it is made.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from watchkeeper.core import texts
from watchkeeper.core.announcement import Announcement
from watchkeeper.core.plan import Maintenance, Node, Service
from watchkeeper.core.reason import words
from watchkeeper.core.state import NodeState, PageState, ReplicaState, ServiceState
from watchkeeper.core.status import Standing, Status
from watchkeeper.core.url import Url

MOST_LINES = 8
_MINUTE_MS = 60_000
_LINKED = ("https:", "http:", "mailto:", "tel:")


class Look(StrEnum):
    """How something looks on the page, from the best to the worst."""

    HEALTHY = "healthy"
    PENDING = "pending"
    BLIND = "blind"
    SICK = "sick"
    DEAD = "dead"


_SEVERITY = {look: rank for rank, look in enumerate(Look)}
_OF_STATUS = {Status.HEALTHY: Look.HEALTHY, Status.SICK: Look.SICK, Status.DEAD: Look.DEAD}
_OF_STANDING = {Standing.PENDING: Look.PENDING, Standing.BLIND: Look.BLIND}


@dataclass(frozen=True, slots=True)
class Moment:
    """A wall time: for machines, and in few words for people."""

    iso: str
    text: str


@dataclass(frozen=True, slots=True)
class Box:
    """One replica as a numbered box; *name* is empty where it may not be shown."""

    number: int
    look: Look
    name: str


@dataclass(frozen=True, slots=True)
class Line:
    """What is said in words about replicas of which the same is true.

    *numbers* are theirs, in few words; *last_known* is the word of a blind one that
    was not well before: of a healthy one nobody may ever have heard.
    """

    look: Look
    numbers: str
    count: int
    since: Moment
    reason: str
    last_known: Look | None


@dataclass(frozen=True, slots=True)
class Work:
    """The maintenance that a node undergoes, in the words of the operator, and until when."""

    title: str
    until: Moment


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node with its boxes, and words for those that are not healthy.

    *flapping* are the numbers of the replicas that flap, empty for none.
    """

    label: str
    mode: str
    look: Look
    maintenance: Work | None
    flapping: str
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    more_lines: tuple[Line, ...]
    reveals_names: bool
    link: str
    link_label: str


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service with its nodes."""

    key: str
    label: str
    look: Look
    nodes: tuple[NodeView, ...]


@dataclass(frozen=True, slots=True)
class AnnouncementView:
    """What people wrote for the public, line by line."""

    title: str
    lines: tuple[str, ...]
    since: Moment


@dataclass(frozen=True, slots=True)
class Overview:
    """What is said of the whole; *wording* is the end of the ids of its texts.

    *troubles* are the services that are sick or dead.
    """

    look: Look
    wording: str
    troubles: tuple[ServiceState, ...]
    total: int
    since: Moment


def moment(at: int, *, has_year: bool = False) -> Moment:
    """Return the wall time *at*, milliseconds since 1970, as people read it: in UTC.

    It *has_year* where it may be long ago.
    """
    when = datetime.fromtimestamp(at / 1000, UTC)
    month = f"{when:%b} {when.year}" if has_year else f"{when:%b}"
    return Moment(when.strftime("%Y-%m-%dT%H:%M:%SZ"), f"{when.day} {month}, {when:%H:%M} UTC")


def look_of(replica: ReplicaState) -> Look:
    """Return how a replica looks: what it stands on counts before its last word."""
    return _OF_STANDING.get(replica.standing) or _OF_STATUS[replica.status]


def overview(state: PageState) -> Overview:
    """Return what is said of the whole page."""
    looks = [_service_look(service) for service in state.services]
    look = _together(looks, _OF_STATUS[state.status])
    troubles = tuple(
        service
        for service, its in zip(state.services, looks, strict=True)
        if its in {Look.SICK, Look.DEAD}
    )
    return Overview(look, _wording(state, look), troubles, len(looks), moment(state.since_at))


def _wording(state: PageState, look: Look) -> str:
    if not state.services:
        return "empty"
    if look is Look.DEAD and all(each is Look.DEAD for each in _replica_looks(state.services)):
        return "all_dead"
    return look.value


def service_view(
    state: ServiceState, planned: Service | None, language: Mapping[str, str] = texts.ENGLISH
) -> ServiceView:
    """Return *state* as it is shown; *planned* says what may be revealed, nothing if None."""
    nodes = {node.key: node for node in planned.nodes} if planned else {}
    views = tuple(_node_view(node, nodes.get(node.key), language) for node in state.nodes)
    return ServiceView(state.key, state.label, _service_look(state), views)


def announcement_view(written: Announcement) -> AnnouncementView:
    """Return *written* as it is shown."""
    lines = tuple(written.text.splitlines())
    return AnnouncementView(written.title, lines, moment(written.shown_from, has_year=True))


def href(url: Url | None) -> str:
    """Return *url* as it may stand in a link, empty where it may not."""
    text = str(url) if url else ""
    return text if text.lower().startswith(_LINKED) else ""


def _service_look(service: ServiceState) -> Look:
    return _together(_replica_looks([service]), _OF_STATUS[service.status])


def _replica_looks(services: Iterable[ServiceState]) -> Iterator[Look]:
    for service in services:
        for node in service.nodes:
            yield from (look_of(replica) for replica in node.replicas)


def _together(looks: Iterable[Look], known: Look) -> Look:
    """Return the worst look; pending only where nothing else was heard."""
    seen = set(looks) or {Look.PENDING}
    if known is not Look.HEALTHY:
        seen.add(known)
    heard = seen - {Look.PENDING}
    return max(heard or seen, key=_SEVERITY.__getitem__)


def _node_view(node: NodeState, planned: Node | None, language: Mapping[str, str]) -> NodeView:
    reveals = bool(planned and planned.reveal_replica_name)
    boxes = tuple(
        Box(number, look_of(replica), replica.name.replica if reveals else "")
        for number, replica in enumerate(node.replicas, 1)
    )
    lines = _lines(node.replicas, language)
    return NodeView(
        label=node.label,
        mode=node.mode.value,
        look=_together((box.look for box in boxes), _OF_STATUS[node.status]),
        maintenance=_work(node.maintenance),
        flapping=ranges([n for n, replica in enumerate(node.replicas, 1) if replica.flaps]),
        boxes=boxes,
        lines=lines[:MOST_LINES],
        more_lines=lines[MOST_LINES:],
        reveals_names=reveals,
        link=href(planned.link_url) if planned else "",
        link_label=planned.link_label if planned else "",
    )


def _work(maintenance: Maintenance | None) -> Work | None:
    return Work(maintenance.title, moment(maintenance.until_at)) if maintenance else None


def _lines(replicas: Iterable[ReplicaState], language: Mapping[str, str]) -> tuple[Line, ...]:
    """Return words for all that are not healthy, the worst first, alike ones together."""
    groups: dict[tuple[Look, Status, str, int], list[int]] = {}
    for number, replica in enumerate(replicas, 1):
        look = look_of(replica)
        if look is not Look.HEALTHY:
            minute = 0 if look is Look.PENDING else replica.since_at // _MINUTE_MS
            key = (look, replica.status, replica.reason_code, minute)
            groups.setdefault(key, []).append(number)
    lines = [
        Line(
            look=look,
            numbers=ranges(numbers),
            count=len(numbers),
            since=moment(minute * _MINUTE_MS),
            reason=words(code, language) if code else "",
            last_known=_OF_STATUS[status] if look is Look.BLIND and status else None,
        )
        for (look, status, code, minute), numbers in groups.items()
    ]
    return tuple(sorted(lines, key=lambda line: -_SEVERITY[line.look]))


def ranges(numbers: Sequence[int]) -> str:
    """Return rising *numbers* in few words: a run of them is its two ends."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("\N{EN DASH}".join(str(end) for end in run) for run in runs)
