"""Admission: whose reports are taken, and who may register, while a node has room for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from watchkeeper.core.name import ReplicaName
from watchkeeper.core.reason import SILENT
from watchkeeper.core.report import Report
from watchkeeper.judge.climb import Decision
from watchkeeper.judge.outcome import Outcome
from watchkeeper.judge.rules import MOST_GONE, MOST_REPLICAS, Rules
from watchkeeper.store import gone as gone_rows
from watchkeeper.store import replica as replica_rows
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.replica import Headcount, ReplicaRow

Replicas = dict[tuple[int, str], ReplicaRow]


@dataclass(frozen=True, slots=True)
class Entry:
    """A report about a replica of the node with the number *node_no*."""

    name: ReplicaName
    node_no: int
    report: Report

    @property
    def place(self) -> tuple[int, str]:
        """Return what finds the replica's row."""
        return self.node_no, self.name.replica


def admit(
    decision: Decision, rules: Rules, replicas: Replicas, entries: Sequence[Entry]
) -> list[Outcome]:
    """Return for each of *entries* whether it is taken; who registers is added to *replicas*."""
    census = _Census(decision.cursor)
    return [_admit(decision, rules, replicas, entry, census) for entry in entries]


def _admit(
    decision: Decision, rules: Rules, replicas: Replicas, entry: Entry, census: "_Census"
) -> Outcome:
    found = replicas.get(entry.place)
    if found and found.gone_at is None:
        return Outcome.TAKEN
    if not entry.report.source.kind.registers or entry.report.reason.code == SILENT:
        return Outcome.UNKNOWN
    if not census.has_room(rules, entry, is_new=found is None):
        return Outcome.FULL
    new = ReplicaRow(no=0, node_no=entry.node_no, key=entry.name.replica, since_at=decision.now.at)
    row = replica_rows.register(decision.cursor, new, decision.page.revision)
    if row is None:
        return Outcome.UNKNOWN
    replicas[entry.place] = row
    census.add(entry.node_no, is_new=found is None)
    return Outcome.TAKEN


@dataclass(slots=True)
class _Census:
    """How many replicas there are; counted once for all who register in one decision."""

    cursor: Cursor
    everywhere: int | None = None
    nodes: dict[int, Headcount] = field(default_factory=dict)

    def has_room(self, rules: Rules, entry: Entry, *, is_new: bool) -> bool:
        """Return whether *entry* may register; one name that wore out goes for a new one."""
        most = rules.most_replicas(entry.name.of_node)
        if self._node(entry.node_no).living >= most or self._page() >= MOST_REPLICAS:
            return False
        if not is_new or self._node(entry.node_no).gone < most * MOST_GONE:
            return True
        forgotten = gone_rows.forget_oldest(self.cursor, entry.node_no)
        self._move(entry.node_no, 0, -forgotten)
        return forgotten > 0

    def add(self, node_no: int, *, is_new: bool) -> None:
        """Count one more, who was not there before, or had gone."""
        self._move(node_no, 1, 0 if is_new else -1)
        self.everywhere = self._page() + 1

    def _move(self, node_no: int, living: int, gone: int) -> None:
        before = self._node(node_no)
        self.nodes[node_no] = Headcount(before.living + living, before.gone + gone)

    def _node(self, node_no: int) -> Headcount:
        if node_no not in self.nodes:
            self.nodes[node_no] = replica_rows.count_of_node(self.cursor, node_no)
        return self.nodes[node_no]

    def _page(self) -> int:
        if self.everywhere is None:
            self.everywhere = replica_rows.count(self.cursor)
        return self.everywhere
