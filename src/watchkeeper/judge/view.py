"""View: what this process knows of the page's rows, as far as it has followed them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from watchkeeper.core.announcement import Announcement
from watchkeeper.core.name import NodeName, ReplicaName
from watchkeeper.core.plan import Maintenance, Mode
from watchkeeper.core.report import Source
from watchkeeper.core.sighting import Sighting
from watchkeeper.core.state import NodeState, PageState, ReplicaState, ServiceState
from watchkeeper.core.status import Status
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


@dataclass(slots=True)
class _Built:
    """The parts of the state that were built already, until something in them changes."""

    page: PageState | None = None
    services: dict[int, ServiceState] = field(default_factory=dict)
    nodes: dict[int, NodeState] = field(default_factory=dict)


class View:
    """The rows by number, and by the names that reports and looks use."""

    def __init__(self) -> None:
        self.drop()

    @property
    def revision(self) -> int:
        """Return the revision up to which everything is known."""
        return self.page.revision if self.page else NOTHING

    def drop(self) -> None:
        """Forget everything: it may never have been committed."""
        self.page: PageRow | None = None
        self._services: dict[int, Branch] = {}
        self._nodes: dict[int, Branch] = {}
        self._families: dict[int, set[int]] = {}
        self._replicas: dict[int, dict[int, ReplicaRow]] = {}
        self._sightings: dict[int, dict[Source, Kept]] = {}
        self._node_nos: dict[NodeName, int] = {}
        self._by_name: dict[tuple[int, str], ReplicaRow] = {}
        self._announcements: dict[int, Announcement] = {}
        self._built = _Built()

    def apply(self, changes: Changes) -> None:
        """Take in *changes*; those after nothing replace all that was known."""
        if changes.after == NOTHING:
            self.drop()
        self.page = changes.page
        if self._take_branches(changes):
            self._name_nodes()
        for replica in changes.replicas:
            self._take_replica(replica)
        for kept in changes.sightings:
            self._sightings[kept.replica_no][kept.sighting.source] = kept
        for one in changes.notices:
            self._take_notice(one)
        self._built.page = None

    def node_no(self, name: NodeName) -> int | None:
        """Return the number of the living node called *name*."""
        return self._node_nos.get(name)

    def replica(self, name: ReplicaName) -> ReplicaRow | None:
        """Return the living replica called *name*."""
        node_no = self._node_nos.get(name.of_node)
        return self._by_name.get((node_no, name.replica)) if node_no is not None else None

    def replicas(self, node: NodeName) -> list[ReplicaName]:
        """Return the names of the living replicas of *node*, in the page's order."""
        node_no = self._node_nos.get(node)
        rows = [] if node_no is None else self._replicas_of(node_no)
        return [ReplicaName(*node, row.key) for row in rows]

    def kept(self, name: ReplicaName, source: Source) -> Kept | None:
        """Return the last news of *source* on the replica called *name*.

        What it said again since then moved the row, but nothing here.
        """
        replica = self.replica(name)
        return self._sightings[replica.no].get(source) if replica else None

    def spoken(self) -> Iterator[tuple[ReplicaName, ReplicaRow, Sequence[Sighting]]]:
        """Yield each living replica with all that is said of it, in the page's order."""
        for service in _living(self._services.values()):
            for node in self._nodes_of(service.no):
                for row in self._replicas_of(node.no):
                    name = ReplicaName(service.key, node.key, row.key)
                    yield name, row, [k.sighting for k in self._sightings[row.no].values()]

    def is_held(self, name: ReplicaName) -> bool:
        """Return whether nothing is said now of the living replica called *name*."""
        row = self.replica(name)
        return row is not None and bool(
            row.flap.since or self._nodes[row.node_no].maintained_until_at
        )

    def state(self) -> PageState:
        """Return the whole page as it is believed; the same object until something changes."""
        if self._built.page is None:
            self._built.page = PageState(
                revision=self.revision,
                status=self.page.status if self.page else Status.HEALTHY,
                since_at=self.page.since_at if self.page else 0,
                services=tuple(self._service(one) for one in _living(self._services.values())),
                announcements=tuple(self._announcements[no] for no in sorted(self._announcements)),
            )
        return self._built.page

    def _take_branches(self, changes: Changes) -> bool:
        """Take in services and nodes; return whether any is called otherwise than before."""
        named = False
        for known, branches in ((self._services, changes.services), (self._nodes, changes.nodes)):
            for branch in branches:
                named |= _called(known.get(branch.no)) != _called(branch)
                known[branch.no] = branch
        for service in changes.services:
            self._built.services.pop(service.no, None)
        for node in changes.nodes:
            self._families.setdefault(node.parent, set()).add(node.no)
            self._stale(node.no)
        return named

    def _name_nodes(self) -> None:
        self._built = _Built()
        self._node_nos = {
            NodeName(self._services[node.parent].key, node.key): node.no
            for node in self._nodes.values()
            if node.gone_at is None
        }

    def _take_replica(self, row: ReplicaRow) -> None:
        siblings = self._replicas.setdefault(row.node_no, {})
        self._sightings[row.no] = {}
        if row.gone_at is None:
            siblings[row.no] = self._by_name[row.node_no, row.key] = row
        else:
            siblings.pop(row.no, None)
            self._by_name.pop((row.node_no, row.key), None)
        self._stale(row.node_no)

    def _take_notice(self, row: Notice) -> None:
        if row.gone_at is None:
            self._announcements[row.no] = row.announcement
        else:
            self._announcements.pop(row.no, None)

    def _stale(self, node_no: int) -> None:
        self._built.nodes.pop(node_no, None)
        self._built.services.pop(self._nodes[node_no].parent, None)

    def _nodes_of(self, service_no: int) -> list[Branch]:
        return _living(self._nodes[no] for no in self._families.get(service_no, ()))

    def _replicas_of(self, node_no: int) -> list[ReplicaRow]:
        rows = self._replicas.get(node_no, {}).values()
        return sorted(rows, key=lambda row: (row.position, row.no))

    def _service(self, service: Branch) -> ServiceState:
        built = self._built.services.get(service.no)
        if built is None:
            built = ServiceState(
                key=service.key,
                label=service.label,
                status=service.status,
                nodes=tuple(self._node(service, node) for node in self._nodes_of(service.no)),
            )
            self._built.services[service.no] = built
        return built

    def _node(self, service: Branch, node: Branch) -> NodeState:
        built = self._built.nodes.get(node.no)
        if built is None:
            built = NodeState(
                key=node.key,
                label=node.label,
                mode=Mode(node.mode),
                status=node.status,
                maintenance=_maintenance(node),
                replicas=tuple(
                    _replica(ReplicaName(service.key, node.key, row.key), row)
                    for row in self._replicas_of(node.no)
                ),
            )
            self._built.nodes[node.no] = built
        return built


def _living(branches: Iterable[Branch]) -> list[Branch]:
    living = [branch for branch in branches if branch.gone_at is None]
    return sorted(living, key=lambda branch: (branch.position, branch.no))


def _called(branch: Branch | None) -> tuple[str, bool] | None:
    return (branch.key, branch.gone_at is None) if branch else None


def _maintenance(node: Branch) -> Maintenance | None:
    if not node.maintained_until_at:
        return None
    return Maintenance(node.maintenance, node.maintained_until_at)


def _replica(name: ReplicaName, row: ReplicaRow) -> ReplicaState:
    return ReplicaState(
        name=name,
        status=row.status,
        standing=row.standing,
        reason_code=row.reason_code,
        since_at=row.since_at,
        flaps=bool(row.flap.since),
    )
