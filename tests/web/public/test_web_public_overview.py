"""What the page says of the whole."""

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
    page,
    replica,
    service,
)
from tests.web.world import NOON
from watchkeeper.core.plan import Maintenance
from watchkeeper.core.state import PageState, ServiceState
from watchkeeper.web.public.mark import Mark, of_service
from watchkeeper.web.public.overview import Overview, Work, overview
from watchkeeper.web.public.stamp import stamp

WORK = Maintenance("New disks", NOON + 60_000)
EARLIER, LATER = NOON - 60_000, NOON + 60_000


def seen(state: PageState) -> Overview:
    return overview(state, {one.key: of_service(one) for one in state.services})


def kinds_of_page(*kinds: Kind) -> PageState:
    return page(*(service(node(replica(1, kind)), key=str(n)) for n, kind in enumerate(kinds)))


def worked_on(*kinds: Kind, key: str = "work") -> ServiceState:
    replicas = [replica(n, kind, at=EARLIER) for n, kind in enumerate(kinds)]
    return service(node(*replicas, work=WORK), key=key)


@pytest.mark.parametrize(
    ("kinds", "mark", "wording"),
    [
        ([HEALTHY, HEALTHY], Mark.HEALTHY, "healthy"),
        ([HEALTHY, SICK], Mark.SICK, "sick"),
        ([SICK, DEAD], Mark.DEAD, "dead"),
        ([DEAD, DEAD], Mark.DEAD, "all_dead"),
        ([PENDING, PENDING], Mark.PENDING, "pending"),
        ([PENDING, HEALTHY], Mark.HEALTHY, "healthy_so_far"),
        ([HEALTHY, BLIND], Mark.BLIND, "blind"),
        ([BLIND, SICK], Mark.SICK, "sick"),
        ([HEALTHY, BLIND_DEAD], Mark.DEAD, "dead"),
        ([DEAD, PENDING], Mark.DEAD, "dead"),
        ([], Mark.PENDING, "empty"),
    ],
)
def test_the_whole_is_marked_as_its_worst_service(
    kinds: list[Kind], mark: Mark, wording: str
) -> None:
    whole = seen(kinds_of_page(*kinds))
    assert (whole.mark, whole.wording) == (mark, wording)


def test_services_in_trouble_are_named_and_no_others() -> None:
    assert [one.key for one in seen(kinds_of_page(HEALTHY, DEAD, BLIND, SICK)).named] == ["1", "3"]


def test_services_out_of_sight_are_named_where_nothing_is_worse() -> None:
    assert [one.key for one in seen(kinds_of_page(HEALTHY, BLIND)).named] == ["1"]


@pytest.mark.parametrize("kind", [HEALTHY, SICK, DEAD, PENDING, BLIND_DEAD])
def test_maintenance_is_in_progress_whatever_it_does_to_those_in_it(kind: Kind) -> None:
    whole = seen(page(worked_on(kind), service(node(replica(1, HEALTHY)))))
    assert (whole.mark, whole.wording) == (Mark.MAINTENANCE, "maintenance")
    assert [one.key for one in whole.named] == ["work"]
    assert whole.works == (Work("New disks", stamp(WORK.until_at)),)
    assert whole.since is None


@pytest.mark.parametrize(
    ("kind", "mark"), [(DEAD, Mark.DEAD), (SICK, Mark.SICK), (BLIND, Mark.BLIND)]
)
def test_outside_of_maintenance_the_worst_is_told_and_since_when(kind: Kind, mark: Mark) -> None:
    trouble = service(node(replica(1, kind, at=LATER), replica(2, HEALTHY)))
    whole = seen(page(worked_on(DEAD), trouble, since_at=EARLIER))
    assert (whole.mark, whole.works) == (mark, ())
    assert [one.key for one in whole.named] == ["web"]
    assert whole.since == stamp(LATER, has_year=True)


def test_one_maintenance_of_many_services_is_told_once() -> None:
    both = (worked_on(DEAD, key="a"), worked_on(HEALTHY, key="b"))
    assert len(seen(page(*both)).works) == 1


def test_a_page_is_out_of_sight_since_its_first_replica_is() -> None:
    blind = [replica(n, BLIND, at=NOON + n) for n in (2, 1)]
    state = page(service(node(*blind, replica(3, HEALTHY, at=EARLIER))), since_at=EARLIER)
    assert seen(state).since == stamp(NOON + 1, has_year=True)


def test_nobody_is_pending_since_a_moment() -> None:
    assert seen(kinds_of_page(PENDING)).since is None
