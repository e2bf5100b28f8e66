"""Rows: those of the page that this process has read, by number and in the page's order."""

from collections.abc import Iterable
from dataclasses import dataclass

from watchkeeper.core.announcement import Announcement
from watchkeeper.store import gate, notice, tree
from watchkeeper.store import replica as replica_rows
from watchkeeper.store import sighting as sighting_rows
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.gate import PageRow
from watchkeeper.store.notice import Notice
from watchkeeper.store.replica import ReplicaRow
from watchkeeper.store.sighting import Kept
from watchkeeper.store.tree import Branch

NOTHING = -1


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything of a page that changed after a revision."""

    page: PageRow
    after: int
    services: list[Branch]
    nodes: list[Branch]
    replicas: list[ReplicaRow]
    sightings: list[Kept]
    notices: list[Notice]


def read_changes(cursor: Cursor, page_no: int, after: int) -> Changes:
    """Return what changed after revision *after*; all of it where the page is behind that."""
    page = gate.read(cursor, page_no)
    if page.revision < after:
        after = NOTHING
    if page.revision == after:
        return Changes(page, after, [], [], [], [], [])
    return Changes(
        page,
        after,
        tree.services(cursor, page_no, after),
        tree.nodes(cursor, page_no, after),
        replica_rows.changed(cursor, page_no, after),
        sighting_rows.changed(cursor, page_no, after),
        notice.changed(cursor, page_no, after),
    )


class Rows:
    """The rows of a page by number, *services* and *nodes* that are gone among them."""

    def __init__(self) -> None:
        self.page: PageRow | None = None
        self.services: dict[int, Branch] = {}
        self.nodes: dict[int, Branch] = {}
        self._families: dict[int, set[int]] = {}
        self._replicas: dict[int, dict[int, ReplicaRow]] = {}
        self._announcements: dict[int, Announcement] = {}

    @property
    def revision(self) -> int:
        """Return the revision up to which everything is known."""
        return self.page.revision if self.page else NOTHING

    def take(self, changes: Changes) -> bool:
        """Take in *changes*; return whether a service or node is called otherwise than before."""
        self.page = changes.page
        named = False
        for known, branches in ((self.services, changes.services), (self.nodes, changes.nodes)):
            for branch in branches:
                named |= _called(known.get(branch.no)) != _called(branch)
                known[branch.no] = branch
        for node in changes.nodes:
            self._families.setdefault(node.parent, set()).add(node.no)
        for replica in changes.replicas:
            self._take_replica(replica)
        for one in changes.notices:
            self._take_notice(one)
        return named

    def living_services(self) -> list[Branch]:
        """Return the services of the page."""
        return _living(self.services.values())

    def nodes_of(self, service_no: int) -> list[Branch]:
        """Return the nodes of a service."""
        return _living(self.nodes[no] for no in self._families.get(service_no, ()))

    def replicas_of(self, node_no: int) -> list[ReplicaRow]:
        """Return the replicas of a node."""
        rows = self._replicas.get(node_no, {}).values()
        return sorted(rows, key=lambda row: (row.position, row.no))

    def announcements(self) -> list[Announcement]:
        """Return the announcements in the order of writing."""
        return [self._announcements[no] for no in sorted(self._announcements)]

    def _take_replica(self, row: ReplicaRow) -> None:
        siblings = self._replicas.setdefault(row.node_no, {})
        if row.gone_at is None:
            siblings[row.no] = row
        else:
            siblings.pop(row.no, None)

    def _take_notice(self, row: Notice) -> None:
        if row.gone_at is None:
            self._announcements[row.no] = row.announcement
        else:
            self._announcements.pop(row.no, None)


def _living(branches: Iterable[Branch]) -> list[Branch]:
    living = [branch for branch in branches if branch.gone_at is None]
    return sorted(living, key=lambda branch: (branch.position, branch.no))


def _called(branch: Branch | None) -> tuple[str, bool] | None:
    return (branch.key, branch.gone_at is None) if branch else None
