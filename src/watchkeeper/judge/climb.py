"""Climbing: from changed replicas up to nodes, services and the page, behind the gate."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from watchkeeper.core.moment import Moment
from watchkeeper.core.status import Status
from watchkeeper.store import gate, history, tree
from watchkeeper.store import replica as replica_rows
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.gate import PageRow
from watchkeeper.store.history import Transition


@dataclass(slots=True, kw_only=True)
class Decision:
    """A transaction that has entered the gate, and what it has changed so far.

    *said* is the status of the page that may be said, once it was asked who is in trouble.
    """

    cursor: Cursor
    page_no: int
    page: PageRow
    now: Moment
    said: Status = Status.HEALTHY
    transitions: list[Transition] = field(default_factory=list)

    def climb(self, node_nos: Collection[int]) -> None:
        """Write what the replicas of *node_nos* add up to, all the way to the page."""
        service_nos = self._climb_nodes(node_nos)
        if service_nos:
            self._climb_services(service_nos)

    def finish(self) -> None:
        """Write the log of all that changed."""
        moment = (self.now.steady, self.now.at)
        history.add(self.cursor, self.page_no, self.page.revision, moment, self.transitions)

    def _climb_nodes(self, node_nos: Collection[int]) -> set[int]:
        worst = replica_rows.worst_by_node(self.cursor, node_nos)
        nodes = tree.nodes_by_no(self.cursor, node_nos)
        changed = self._changed("node", nodes, worst)
        tree.save_nodes(self.cursor, changed, self.page.revision)
        return {node.parent for node in changed}

    def _climb_services(self, service_nos: Collection[int]) -> None:
        worst = tree.worst_by_service(self.cursor, service_nos)
        services = tree.services_by_no(self.cursor, service_nos)
        changed = self._changed("service", services, worst)
        tree.save_services(self.cursor, changed, self.page.revision)
        status = tree.worst_of_page(self.cursor, self.page_no)
        if status is not self.page.status:
            gate.save_status(self.cursor, self.page_no, status, self.now.at)
            self.transitions.append(Transition("page", self.page_no, self.page.status, status))
            self.page = self.page._replace(status=status)

    def _changed(
        self, kind: str, branches: Sequence[tree.Branch], worst: Mapping[int, Status]
    ) -> list[tree.Branch]:
        changed = []
        for branch in branches:
            status = worst.get(branch.no, Status.HEALTHY)
            if status is not branch.status:
                self.transitions.append(Transition(kind, branch.no, branch.status, status))
                changed.append(branch._replace(status=status, since_at=self.now.at))
        return changed


def enter(cursor: Cursor, page_no: int, now: Moment) -> Decision:
    """Return a decision about the page at *now*, once it is its turn."""
    page = gate.enter(cursor, page_no, now.steady)
    return Decision(
        cursor=cursor,
        page_no=page_no,
        page=page,
        now=now.moved_to(page.steady),  # a decision that waited here is not older for it
    )
