"""How something is marked on the page."""

import pytest

from tests.web.public.states import (
    BLIND,
    BLIND_DEAD,
    DEAD,
    HEALTHY,
    PENDING,
    SICK,
    Kind,
    node,
    replica,
    service,
)
from tests.web.world import NOON
from watchkeeper.core.plan import Maintenance
from watchkeeper.web.public.mark import Mark, of_node, of_replica, of_service, worst

WORK = Maintenance("New disks", NOON)


@pytest.mark.parametrize(
    ("kind", "mark"),
    [
        (HEALTHY, Mark.HEALTHY),
        (SICK, Mark.SICK),
        (DEAD, Mark.DEAD),
        (PENDING, Mark.PENDING),
        (BLIND, Mark.BLIND),
        (BLIND_DEAD, Mark.BLIND),
    ],
)
def test_what_a_replica_stands_on_counts_before_its_last_word(kind: Kind, mark: Mark) -> None:
    assert of_replica(replica(1, kind)) is mark


@pytest.mark.parametrize(
    ("kinds", "mark"),
    [
        ([HEALTHY, HEALTHY], Mark.HEALTHY),
        ([HEALTHY, SICK], Mark.SICK),
        ([SICK, DEAD], Mark.DEAD),
        ([PENDING, PENDING], Mark.PENDING),
        ([PENDING, HEALTHY], Mark.HEALTHY),
        ([HEALTHY, BLIND], Mark.BLIND),
        ([BLIND, SICK], Mark.SICK),
        ([HEALTHY, BLIND_DEAD], Mark.DEAD),
        ([DEAD, PENDING], Mark.DEAD),
        ([], Mark.PENDING),
    ],
)
def test_a_node_is_marked_as_its_worst_replica(kinds: list[Kind], mark: Mark) -> None:
    assert of_node(node(*(replica(n, kind) for n, kind in enumerate(kinds)))) is mark


@pytest.mark.parametrize("kind", [HEALTHY, DEAD, PENDING, BLIND_DEAD])
def test_a_node_under_maintenance_is_marked_so_whatever_its_replicas_are(kind: Kind) -> None:
    assert of_node(node(replica(1, kind), work=WORK)) is Mark.MAINTENANCE


@pytest.mark.parametrize(
    ("kind", "mark"),
    [
        (HEALTHY, Mark.MAINTENANCE),
        (PENDING, Mark.MAINTENANCE),
        (BLIND, Mark.BLIND),
        (SICK, Mark.SICK),
        (DEAD, Mark.DEAD),
    ],
)
def test_beside_maintenance_the_worst_outside_of_it_is_shown(kind: Kind, mark: Mark) -> None:
    inside, outside = node(replica(1, DEAD), work=WORK), node(replica(2, kind))
    assert of_service(service(inside, outside)) is mark


def test_pending_is_shown_only_where_there_is_nothing_else() -> None:
    assert worst([]) is worst([Mark.PENDING]) is Mark.PENDING
    assert worst([Mark.PENDING, Mark.HEALTHY]) is Mark.HEALTHY
