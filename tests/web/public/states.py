"""States in few words: a replica of some kind, its service, its page."""

from tests.web.world import NOON
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import Maintenance, Mode
from watchkeeper.core.state import NodeState, PageState, ReplicaState, ServiceState
from watchkeeper.core.status import Standing, Status, worst

HEALTHY = (Status.HEALTHY, Standing.HEARD)
SICK = (Status.SICK, Standing.HEARD)
DEAD = (Status.DEAD, Standing.HEARD)
PENDING = (Status.HEALTHY, Standing.PENDING)
BLIND = (Status.HEALTHY, Standing.BLIND)
BLIND_DEAD = (Status.DEAD, Standing.BLIND)

Kind = tuple[Status, Standing]


def replica(number: int, kind: Kind, code: str = "", at: int = NOON) -> ReplicaState:
    name = ReplicaName("web", "api", str(number))
    status, standing = kind
    return ReplicaState(name=name, status=status, standing=standing, reason_code=code, since_at=at)


def node(*replicas: ReplicaState, work: Maintenance | None = None) -> NodeState:
    return NodeState(
        key="api",
        label="API",
        mode=Mode.POLL,
        status=worst(each.status for each in replicas),
        replicas=replicas,
        maintenance=work,
    )


def service(*nodes: NodeState, key: str = "web") -> ServiceState:
    status = worst(each.status for each in nodes)
    return ServiceState(key=key, label=key.title(), status=status, nodes=nodes)


def page(*services: ServiceState, since_at: int = NOON) -> PageState:
    status = worst(each.status for each in services)
    return PageState(revision=1, status=status, since_at=since_at, services=services)
