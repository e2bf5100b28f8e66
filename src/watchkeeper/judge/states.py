"""States: what is believed of a page and of its parts, built anew where something changed."""

from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import Maintenance, Mode
from watchkeeper.core.state import NodeState, PageState, ReplicaState, ServiceState
from watchkeeper.core.status import Status
from watchkeeper.judge.rows import Changes, Rows
from watchkeeper.store.replica import ReplicaRow
from watchkeeper.store.tree import Branch


class States:
    """The states that were built from *rows*, each until something in it changes."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self.forget()

    def forget(self) -> None:
        """Build everything anew: somebody is called otherwise."""
        self._page: PageState | None = None
        self._services: dict[int, ServiceState] = {}
        self._nodes: dict[int, NodeState] = {}

    def outdate(self, changes: Changes) -> None:
        """Build anew what *changes*, which the rows have taken in, are about."""
        self._page = None
        for service in changes.services:
            self._services.pop(service.no, None)
        changed = {node.no for node in changes.nodes} | {one.node_no for one in changes.replicas}
        for no in changed:
            self._nodes.pop(no, None)
            self._services.pop(self._rows.nodes[no].parent, None)

    def page(self) -> PageState:
        """Return the whole page as it is believed; the same object until something changes."""
        if self._page is None:
            page = self._rows.page
            self._page = PageState(
                revision=self._rows.revision,
                status=page.status if page else Status.HEALTHY,
                since_at=page.since_at if page else 0,
                services=tuple(map(self._service, self._rows.living_services())),
                announcements=tuple(self._rows.announcements()),
            )
        return self._page

    def _service(self, service: Branch) -> ServiceState:
        built = self._services.get(service.no)
        if built is None:
            nodes = self._rows.nodes_of(service.no)
            built = ServiceState(
                key=service.key,
                label=service.label,
                status=service.status,
                nodes=tuple(self._node(service, node) for node in nodes),
            )
            self._services[service.no] = built
        return built

    def _node(self, service: Branch, node: Branch) -> NodeState:
        built = self._nodes.get(node.no)
        if built is None:
            rows = self._rows.replicas_of(node.no)
            built = NodeState(
                key=node.key,
                label=node.label,
                mode=Mode(node.mode),
                status=node.status,
                maintenance=_maintenance(node),
                replicas=tuple(
                    _replica(ReplicaName(service.key, node.key, row.key), row) for row in rows
                ),
            )
            self._nodes[node.no] = built
        return built


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
