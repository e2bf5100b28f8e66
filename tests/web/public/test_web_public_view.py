"""What the page shows of a state."""

from dataclasses import replace

import pytest

from tests.web.world import NOON
from watchkeeper.core.plan import Maintenance, Mode
from watchkeeper.core.report import ReplicaName
from watchkeeper.core.state import NodeState, PageState, ReplicaState, ServiceState
from watchkeeper.core.status import Standing, Status, worst
from watchkeeper.web.public.view import MOST_LINES, Look, moment, overview, ranges, service_view

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


def service(*replicas: ReplicaState) -> ServiceState:
    status = worst(each.status for each in replicas)
    node = NodeState(key="api", label="API", mode=Mode.POLL, status=status, replicas=replicas)
    return ServiceState(key="web", label="Web", status=status, nodes=(node,))


def page(*services: ServiceState) -> PageState:
    status = worst(each.status for each in services)
    return PageState(revision=1, status=status, since_at=NOON, services=services)


def lines(*replicas: ReplicaState) -> list[tuple[Look, str, str]]:
    node = service_view(service(*replicas), None).nodes[0]
    return [(line.look, line.numbers, line.reason) for line in node.lines]


@pytest.mark.parametrize(
    ("kinds", "look", "wording"),
    [
        ([HEALTHY, HEALTHY], Look.HEALTHY, "healthy"),
        ([HEALTHY, SICK], Look.SICK, "sick"),
        ([SICK, DEAD], Look.DEAD, "dead"),
        ([DEAD, DEAD], Look.DEAD, "all_dead"),
        ([PENDING, PENDING], Look.PENDING, "pending"),
        ([PENDING, HEALTHY], Look.HEALTHY, "healthy"),
        ([HEALTHY, BLIND], Look.BLIND, "blind"),
        ([BLIND, SICK], Look.SICK, "sick"),
        ([HEALTHY, BLIND_DEAD], Look.DEAD, "dead"),
        ([DEAD, PENDING], Look.DEAD, "dead"),
        ([], Look.PENDING, "empty"),
    ],
)
def test_the_whole_looks_like_its_worst_service(
    kinds: list[Kind], look: Look, wording: str
) -> None:
    seen = overview(page(*(service(replica(1, kind)) for kind in kinds)))
    assert (seen.look, seen.wording) == (look, wording)


def test_a_service_that_nobody_reported_to_is_pending() -> None:
    assert service_view(service(), None).look is Look.PENDING


def test_healthy_replicas_need_no_words() -> None:
    assert lines(replica(1, HEALTHY), replica(2, HEALTHY)) == []


def test_what_is_true_of_many_is_said_once() -> None:
    dead = [replica(number, DEAD, "refused") for number in (1, 2, 3, 7)]
    assert lines(*dead[:3]) == [(Look.DEAD, "1\N{EN DASH}3", "refused")]


def test_the_worst_is_said_first() -> None:
    said = lines(
        replica(1, PENDING), replica(2, BLIND, "local"), replica(3, SICK, "slow"), replica(4, DEAD)
    )
    assert [look for look, _, _ in said] == [Look.DEAD, Look.SICK, Look.BLIND, Look.PENDING]


def test_different_reasons_and_minutes_are_said_apart() -> None:
    said = lines(
        replica(1, DEAD, "refused"),
        replica(2, DEAD, "timeout"),
        replica(3, DEAD, "refused", NOON + 60_000),
    )
    assert [(numbers, reason) for _, numbers, reason in said] == [
        ("1", "refused"),
        ("2", "timed out"),
        ("3", "refused"),
    ]


def test_a_blind_replica_keeps_its_last_word() -> None:
    node = service_view(service(replica(1, BLIND_DEAD, "local")), None).nodes[0]
    assert node.boxes[0].look is Look.BLIND
    assert node.lines[0].last_known is Look.DEAD


def test_many_lines_are_folded() -> None:
    many = [replica(n, DEAD, "refused", NOON + n * 60_000) for n in range(1, 13)]
    node = service_view(service(*many), None).nodes[0]
    assert (len(node.lines), len(node.more_lines)) == (MOST_LINES, 12 - MOST_LINES)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([1], "1"), ([1, 2], "1-2"), ([1, 2, 3, 7], "1-3, 7"), ([2, 4, 6], "2, 4, 6"), ([], "")],
)
def test_numbers_are_said_as_ranges(numbers: list[int], words: str) -> None:
    assert ranges(numbers).replace("\N{EN DASH}", "-") == words


def test_a_moment_is_said_in_utc() -> None:
    assert moment(NOON).iso == "2026-11-21T12:00:00Z"
    assert moment(NOON).text == "21 Nov, 12:00 UTC"


def test_a_node_says_that_it_is_under_maintenance_and_until_when() -> None:
    state = service(replica(1, HEALTHY))
    node = replace(state.nodes[0], maintenance=Maintenance("New disks", NOON))
    seen = service_view(replace(state, nodes=(node,)), None).nodes[0].maintenance
    assert seen is not None
    assert (seen.title, seen.until) == ("New disks", moment(NOON))


def test_replicas_that_flap_are_named_by_their_numbers() -> None:
    rows = [replace(replica(n, HEALTHY), flaps=n in {2, 3}) for n in range(1, 5)]
    assert service_view(service(*rows), None).nodes[0].flapping == "2\N{EN DASH}3"
