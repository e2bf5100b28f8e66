"""What the page shows of a state."""

from dataclasses import replace

import pytest

from tests.web.public.states import (
    BLIND,
    BLIND_DEAD,
    DEAD,
    HEALTHY,
    PENDING,
    SICK,
    node,
    replica,
    service,
)
from tests.web.world import NOON
from watchkeeper.core.measure import Measure, ServiceMeasures
from watchkeeper.core.plan import Maintenance
from watchkeeper.core.queue import Counts
from watchkeeper.core.state import ReplicaState
from watchkeeper.web.public.mark import Mark
from watchkeeper.web.public.stamp import stamp
from watchkeeper.web.public.view import MOST_REMARKS, NodeView, ranges, service_view


def seen(*replicas: ReplicaState, work: Maintenance | None = None) -> NodeView:
    return service_view(service(node(*replicas, work=work)), None).nodes[0]


def remarks(*replicas: ReplicaState) -> list[tuple[Mark, str, str]]:
    return [(one.mark, one.numbers, one.reason) for one in seen(*replicas).remarks]


def test_healthy_replicas_need_no_words() -> None:
    assert remarks(replica(1, HEALTHY), replica(2, HEALTHY)) == []


def test_what_is_true_of_many_is_said_once() -> None:
    dead = [replica(number, DEAD, "refused") for number in (1, 2, 3, 7)]
    assert remarks(*dead[:3]) == [(Mark.DEAD, "1\N{EN DASH}3", "refused")]


def test_the_worst_is_said_first() -> None:
    said = remarks(
        replica(1, PENDING), replica(2, BLIND, "local"), replica(3, SICK, "slow"), replica(4, DEAD)
    )
    assert [mark for mark, _, _ in said] == [Mark.DEAD, Mark.SICK, Mark.BLIND, Mark.PENDING]


def test_different_reasons_and_minutes_are_said_apart() -> None:
    said = remarks(
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
    one = seen(replica(1, BLIND_DEAD, "local"))
    assert one.boxes[0].mark is Mark.BLIND
    assert one.remarks[0].last_known is Mark.DEAD


def test_many_remarks_are_folded() -> None:
    many = [replica(n, DEAD, "refused", NOON + n * 60_000) for n in range(1, 13)]
    one = seen(*many)
    assert (len(one.remarks), len(one.more_remarks)) == (MOST_REMARKS, 12 - MOST_REMARKS)


@pytest.mark.parametrize(
    ("numbers", "words"),
    [([1], "1"), ([1, 2], "1-2"), ([1, 2, 3, 7], "1-3, 7"), ([2, 4, 6], "2, 4, 6"), ([], "")],
)
def test_numbers_are_said_as_ranges(numbers: list[int], words: str) -> None:
    assert ranges(numbers).replace("\N{EN DASH}", "-") == words


def test_a_node_says_that_it_is_under_maintenance_and_until_when() -> None:
    work = seen(replica(1, HEALTHY), work=Maintenance("New disks", NOON)).maintenance
    assert work is not None
    assert (work.title, work.until) == ("New disks", stamp(NOON))


def test_replicas_that_flap_are_named_by_their_numbers() -> None:
    rows = [replace(replica(n, HEALTHY), flaps=n in {2, 3}) for n in range(1, 5)]
    assert seen(*rows).flapping == "2\N{EN DASH}3"


def measured(*replicas: ReplicaState, **measures: Measure) -> NodeView:
    """A node whose replicas have *measures*, `r1` that of the replica with the number 1."""
    known = {one.name: measures[f"r{one.name.replica}"] for one in replicas}
    return service_view(service(node(*replicas)), None, ServiceMeasures(known, {})).nodes[0]


def test_each_replica_has_its_figures_and_the_node_the_highest() -> None:
    two = replica(1, HEALTHY), replica(2, HEALTHY)
    seen = measured(*two, r1=Measure(34_000), r2=Measure(120_000))
    assert [box.figures for box in seen.boxes] == ["34 ms", "120 ms"]
    assert seen.figures == ("up to 120 ms",)
    assert seen.has_details


def test_the_figures_of_a_single_replica_are_said_once() -> None:
    seen = measured(replica(1, HEALTHY), r1=Measure(34_000))
    assert (seen.figures, seen.has_details) == (("34 ms",), False)


def test_a_node_without_figures_has_no_details() -> None:
    one = seen(replica(1, HEALTHY), replica(2, HEALTHY))
    assert (one.figures, one.has_details) == ((), False)


def test_the_counts_of_its_queue_are_those_of_a_node() -> None:
    counts = ServiceMeasures({}, {"api": Counts(5, 2)})
    one = service_view(service(node(replica(1, HEALTHY))), None, counts).nodes[0]
    assert one.figures == ("queue: 5 ready, 2 not acknowledged",)
