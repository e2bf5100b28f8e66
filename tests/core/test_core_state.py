from tests.core.core_samples import API, CORE, DEAD, HEALTHY, MAIL, SICK, WALL
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import Mode
from watchkeeper.core.state import NodeState, PageState, ReplicaState, ServiceState
from watchkeeper.core.status import Standing, Status

HEARD, PENDING, BLIND = Standing.HEARD, Standing.PENDING, Standing.BLIND


def replica(status: Status, standing: Standing, name: ReplicaName = API) -> ReplicaState:
    return ReplicaState(name=name, status=status, standing=standing, reason_code="", since_at=WALL)


def node(*replicas: ReplicaState) -> NodeState:
    return NodeState(key="api", label="API", mode=Mode.POLL, status=HEALTHY, replicas=replicas)


def page(*nodes: NodeState) -> PageState:
    services = tuple(
        ServiceState(key="web", label="Web", status=HEALTHY, nodes=(n,)) for n in nodes
    )
    return PageState(revision=1, status=HEALTHY, since_at=WALL, services=services)


def test_the_ancestors_clients_see_the_worst_of_their_words() -> None:
    seen = node(replica(HEALTHY, HEARD), replica(HEALTHY, BLIND, CORE))
    assert [one.ancestral for one in seen.replicas] == [HEALTHY, SICK]
    assert seen.ancestral is SICK


def test_what_was_never_heard_makes_nothing_worse_for_them() -> None:
    assert node(replica(DEAD, PENDING)).ancestral is HEALTHY


def test_their_word_climbs_up_to_the_page() -> None:
    bad, good = node(replica(DEAD, BLIND, MAIL)), node(replica(HEALTHY, HEARD))
    whole = page(good, bad)
    assert [service.ancestral for service in whole.services] == [HEALTHY, DEAD]
    assert whole.ancestral is DEAD


def test_a_page_with_nothing_on_it_is_healthy() -> None:
    assert page().ancestral is HEALTHY
    assert page(node()).ancestral is HEALTHY
