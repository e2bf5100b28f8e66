"""View: what this process knows of the page, as far as it has followed its rows."""

from collections.abc import Iterator, Sequence

from watchkeeper.core.name import NodeName, ReplicaName
from watchkeeper.core.report import Source
from watchkeeper.core.sighting import Sighting
from watchkeeper.core.state import PageState
from watchkeeper.judge.rows import NOTHING, Changes, Rows
from watchkeeper.judge.states import States
from watchkeeper.store.gate import PageRow
from watchkeeper.store.replica import ReplicaRow
from watchkeeper.store.sighting import Kept


class View:
    """The page's rows by the names that reports and looks use, and what they add up to."""

    def __init__(self) -> None:
        self.drop()

    @property
    def page(self) -> PageRow | None:
        """Return the page's row, None before it was read."""
        return self._rows.page

    @property
    def revision(self) -> int:
        """Return the revision up to which everything is known."""
        return self._rows.revision

    def drop(self) -> None:
        """Forget everything: it may never have been committed."""
        self._rows = Rows()
        self._states = States(self._rows)
        self._sightings: dict[int, dict[Source, Kept]] = {}
        self._node_nos: dict[NodeName, int] = {}
        self._node_names: dict[int, NodeName] = {}
        self._by_name: dict[ReplicaName, ReplicaRow] = {}

    def apply(self, changes: Changes) -> None:
        """Take in *changes*; those after nothing replace all that was known."""
        if changes.after == NOTHING:
            self.drop()
        if self._rows.take(changes):
            self._name_all()
            self._states.forget()
        else:
            self._states.outdate(changes)
        for replica in changes.replicas:
            self._take_replica(replica)
        for kept in changes.sightings:
            self._sightings[kept.replica_no][kept.sighting.source] = kept

    def node_no(self, name: NodeName) -> int | None:
        """Return the number of the living node called *name*."""
        return self._node_nos.get(name)

    def replica(self, name: ReplicaName) -> ReplicaRow | None:
        """Return the living replica called *name*."""
        return self._by_name.get(name)

    def replicas(self, node: NodeName) -> list[ReplicaName]:
        """Return the names of the living replicas of *node*, in the page's order."""
        node_no = self._node_nos.get(node)
        rows = [] if node_no is None else self._rows.replicas_of(node_no)
        return [ReplicaName(*node, row.key) for row in rows]

    def kept(self, name: ReplicaName, source: Source) -> Kept | None:
        """Return the last news of *source* on the replica called *name*.

        What it said again since then moved the row, but nothing here.
        """
        replica = self.replica(name)
        return self._sightings[replica.no].get(source) if replica else None

    def spoken(self) -> Iterator[tuple[ReplicaName, ReplicaRow, Sequence[Sighting]]]:
        """Yield each living replica with all that is said of it, in the page's order."""
        for service in self._rows.living_services():
            for node in self._rows.nodes_of(service.no):
                for row in self._rows.replicas_of(node.no):
                    name = ReplicaName(service.key, node.key, row.key)
                    yield name, row, [k.sighting for k in self._sightings[row.no].values()]

    def is_held(self, name: ReplicaName) -> bool:
        """Return whether nothing is said now of the living replica called *name*."""
        row = self.replica(name)
        return row is not None and bool(
            row.flap.since or self._rows.nodes[row.node_no].maintained_until_at
        )

    def state(self) -> PageState:
        """Return the whole page as it is believed; the same object until something changes."""
        return self._states.page()

    def _name_all(self) -> None:
        services = self._rows.services
        self._node_names = {
            no: NodeName(services[node.parent].key, node.key)
            for no, node in self._rows.nodes.items()
            if node.gone_at is None
        }
        self._node_nos = {name: no for no, name in self._node_names.items()}
        self._by_name = {
            ReplicaName(*name, row.key): row
            for no, name in self._node_names.items()
            for row in self._rows.replicas_of(no)
        }

    def _take_replica(self, row: ReplicaRow) -> None:
        self._sightings[row.no] = {}
        node = self._node_names.get(row.node_no)
        if node is None:
            return
        name = ReplicaName(*node, row.key)
        if row.gone_at is None:
            self._by_name[name] = row
        else:
            self._by_name.pop(name, None)
