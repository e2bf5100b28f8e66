"""Wall times as the page shows them."""

from tests.web.world import NOON
from watchkeeper.web.public.stamp import stamp


def test_a_wall_time_is_said_in_utc_for_machines_and_for_people() -> None:
    assert stamp(NOON).iso == "2026-11-21T12:00:00Z"
    assert stamp(NOON).text == "21 Nov, 12:00 UTC"


def test_a_wall_time_that_may_be_long_ago_has_its_year() -> None:
    assert stamp(NOON, has_year=True).text == "21 Nov 2026, 12:00 UTC"
