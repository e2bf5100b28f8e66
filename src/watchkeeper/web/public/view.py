"""View: what the page shows of a state, as values that a template can print.

Pure: the same state and plan always give the same view, so no word in it depends on the
time at which it is made.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from watchkeeper.core import texts
from watchkeeper.core.announcement import Announcement
from watchkeeper.core.measure import NO_MEASURES, Measure, ServiceMeasures
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import Node, Service
from watchkeeper.core.reason import words
from watchkeeper.core.state import NodeState, ReplicaState, ServiceState
from watchkeeper.core.status import Status
from watchkeeper.core.url import Url
from watchkeeper.web.public.figures import figures, highest, queue
from watchkeeper.web.public.mark import OF_STATUS, Mark, of_node, of_replica, of_service, severity
from watchkeeper.web.public.overview import Work, work
from watchkeeper.web.public.stamp import Stamp, stamp

MOST_REMARKS = 8
_MINUTE_MS = 60_000
_LINKED = ("https:", "http:", "mailto:", "tel:")


@dataclass(frozen=True, slots=True)
class Box:
    """One replica as a numbered box.

    *name* is empty where it may not be shown, *figures* where there are none.
    """

    number: int
    mark: Mark
    name: str
    figures: str

    @property
    def is_known(self) -> bool:
        """Return whether there is more to say of it than its mark."""
        return bool(self.name or self.figures)


@dataclass(frozen=True, slots=True)
class Remark:
    """What is said in words about replicas of which the same is true.

    *numbers* are theirs, in few words; *last_known* is the word of a blind one that
    was not well before: of a healthy one nobody may ever have heard.
    """

    mark: Mark
    numbers: str
    count: int
    since: Stamp
    reason: str
    last_known: Mark | None


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node with its boxes, and words for those that are not healthy.

    *figures* are the highest of its replicas' and those of its queue. *flapping* are the
    numbers of the replicas that flap. Texts are empty where there is nothing to say.
    """

    label: str
    mode: str
    mark: Mark
    figures: tuple[str, ...]
    maintenance: Work | None
    flapping: str
    boxes: tuple[Box, ...]
    remarks: tuple[Remark, ...]
    more_remarks: tuple[Remark, ...]
    link: str
    link_label: str

    @property
    def has_details(self) -> bool:
        """Return whether there is more to say of its replicas than of the node itself."""
        if len(self.boxes) == 1 and not self.boxes[0].name:
            return False
        return any(box.is_known for box in self.boxes)


@dataclass(frozen=True, slots=True)
class ServiceView:
    """A service with its nodes."""

    key: str
    label: str
    mark: Mark
    nodes: tuple[NodeView, ...]


@dataclass(frozen=True, slots=True)
class AnnouncementView:
    """What people wrote for the public, line by line."""

    title: str
    lines: tuple[str, ...]
    since: Stamp


def service_view(
    state: ServiceState,
    planned: Service | None,
    measures: ServiceMeasures = NO_MEASURES,
    language: Mapping[str, str] = texts.ENGLISH,
) -> ServiceView:
    """Return *state* as it is shown; *planned* says what may be revealed, nothing if None."""
    nodes = {node.key: node for node in planned.nodes} if planned else {}
    views = tuple(_node_view(node, nodes.get(node.key), measures, language) for node in state.nodes)
    return ServiceView(state.key, state.label, of_service(state), views)


def announcement_view(written: Announcement) -> AnnouncementView:
    """Return *written* as it is shown."""
    lines = tuple(written.text.splitlines())
    return AnnouncementView(written.title, lines, stamp(written.shown_from, has_year=True))


def href(url: Url | None) -> str:
    """Return *url* as it may stand in a link, empty where it may not."""
    text = str(url) if url else ""
    return text if text.lower().startswith(_LINKED) else ""


def _node_view(
    node: NodeState, planned: Node | None, measures: ServiceMeasures, language: Mapping[str, str]
) -> NodeView:
    remarks = _remarks(node.replicas, language)
    return NodeView(
        label=node.label,
        mode=node.mode.value,
        mark=of_node(node),
        figures=tuple(_figures(node, measures, language)),
        maintenance=work(node.maintenance) if node.maintenance else None,
        flapping=ranges([n for n, replica in enumerate(node.replicas, 1) if replica.flaps]),
        boxes=tuple(_boxes(node, planned, measures.replicas, language)),
        remarks=remarks[:MOST_REMARKS],
        more_remarks=remarks[MOST_REMARKS:],
        link=href(planned.link_url) if planned else "",
        link_label=planned.link_label if planned else "",
    )


def _boxes(
    node: NodeState,
    planned: Node | None,
    measures: Mapping[ReplicaName, Measure],
    language: Mapping[str, str],
) -> Iterator[Box]:
    reveals = bool(planned and planned.reveal_replica_name)
    for number, replica in enumerate(node.replicas, 1):
        measure = measures.get(replica.name)
        told = figures(measure, language) if measure else ""
        yield Box(number, of_replica(replica), replica.name.replica if reveals else "", told)


def _figures(
    node: NodeState, measures: ServiceMeasures, language: Mapping[str, str]
) -> Iterator[str]:
    names = [replica.name for replica in node.replicas if replica.name in measures.replicas]
    if names:
        yield highest([measures.replicas[name] for name in names], language)
    if node.key in measures.queues:
        yield queue(measures.queues[node.key], language)


def _remarks(replicas: Iterable[ReplicaState], language: Mapping[str, str]) -> tuple[Remark, ...]:
    """Return words for all that are not healthy, the worst first, alike ones together."""
    groups: dict[tuple[Mark, Status, str, int], list[int]] = {}
    for number, replica in enumerate(replicas, 1):
        mark = of_replica(replica)
        if mark is not Mark.HEALTHY:
            minute = 0 if mark is Mark.PENDING else replica.since_at // _MINUTE_MS
            key = (mark, replica.status, replica.reason_code, minute)
            groups.setdefault(key, []).append(number)
    remarks = [
        Remark(
            mark=mark,
            numbers=ranges(numbers),
            count=len(numbers),
            since=stamp(minute * _MINUTE_MS),
            reason=words(code, language) if code else "",
            last_known=OF_STATUS[status] if mark is Mark.BLIND and status else None,
        )
        for (mark, status, code, minute), numbers in groups.items()
    ]
    return tuple(sorted(remarks, key=lambda remark: -severity(remark.mark)))


def ranges(numbers: Sequence[int]) -> str:
    """Return rising *numbers* in few words: a run of them is its two ends."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1][1:] = [number]
        else:
            runs.append([number])
    return ", ".join("\N{EN DASH}".join(str(end) for end in run) for run in runs)
