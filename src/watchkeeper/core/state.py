"""State: what is believed of the whole page at one revision, as its readers see it."""

from dataclasses import dataclass

from watchkeeper.core.announcement import Announcement
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import Maintenance, Mode
from watchkeeper.core.status import Standing, Status, ancestral, worst


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaState:
    """A replica as it is believed; *since_at* is wall milliseconds.

    One that *flaps* changes so often that its status says little.
    """

    name: ReplicaName
    status: Status
    standing: Standing
    reason_code: str
    since_at: int
    flaps: bool = False

    @property
    def ancestral(self) -> Status:
        """Return the one of the ancestors' three words for it."""
        return ancestral(self.status, self.standing)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeState:
    """A node and its replicas, in the order in which they are numbered, and the maintenance
    that it undergoes.
    """

    key: str
    label: str
    mode: Mode
    status: Status
    replicas: tuple[ReplicaState, ...]
    maintenance: Maintenance | None = None

    @property
    def ancestral(self) -> Status:
        """Return the one of the ancestors' three words for it."""
        return worst(replica.ancestral for replica in self.replicas)


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """A service and its nodes, in the order of the file."""

    key: str
    label: str
    status: Status
    nodes: tuple[NodeState, ...]

    @property
    def ancestral(self) -> Status:
        """Return the one of the ancestors' three words for it."""
        return worst(node.ancestral for node in self.nodes)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageState:
    """The whole page at *revision*; *since_at* is wall milliseconds.

    *announcements* are in the order of writing, those to come and those past among them.
    """

    revision: int
    status: Status
    since_at: int
    services: tuple[ServiceState, ...]
    announcements: tuple[Announcement, ...] = ()

    @property
    def ancestral(self) -> Status:
        """Return the one of the ancestors' three words for it."""
        return worst(service.ancestral for service in self.services)
