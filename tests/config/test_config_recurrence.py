from datetime import UTC, datetime, timedelta, timezone

import pytest

from watchkeeper.config.recurrence import around, check
from watchkeeper.core.plan import Window

DAY = 86_400_000


@pytest.mark.parametrize(
    ("rule", "why"),
    [
        ("FREQ=HOURLY", "FREQ=HOURLY is none of them"),
        ("FREQ=DAILY;INTERVAL=0", "INTERVAL=0 is none of them"),
        ("FREQ=DAILY;", "nothing is none of them"),
        ("RRULE:FREQ=DAILY", "is none of them"),
        ("FREQ=DAILY;BYHOUR=3", "BYHOUR=3 is none of them"),
        ("BYDAY=SU", "is not a recurrence rule"),
        ("FREQ=WEEKLY;BYDAY=XX", "is not a recurrence rule"),
        ("FREQ=WEEKLY;BYDAY=MO", "the first such moment is 2030-01-07T00:30:00"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "it never comes"),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(rule: str, why: str) -> None:
    sunday = datetime(2030, 1, 6, 0, 30, tzinfo=timezone(timedelta(hours=2)))
    check("FREQ=WEEKLY;BYDAY=SU", sunday)
    with pytest.raises(ValueError, match=why):
        check(rule, sunday)


def test_a_rule_that_began_long_ago_is_refused() -> None:
    with pytest.raises(ValueError, match="from 2000 or later"):
        check("FREQ=DAILY", datetime(1999, 12, 31, tzinfo=UTC))


def test_a_window_that_comes_once_has_begun_or_is_still_to_come() -> None:
    once = Window(title="", starts_at=5 * DAY, lasts_ms=1)
    assert around(once, 5 * DAY - 1) == (None, 5 * DAY)
    assert around(once, 5 * DAY) == (5 * DAY, None)


def test_one_that_repeats_has_begun_last_and_begins_next() -> None:
    twice = Window(title="", starts_at=5 * DAY, lasts_ms=1, repeats="FREQ=DAILY;COUNT=2")
    assert around(twice, 5 * DAY - 1) == (None, 5 * DAY)
    assert around(twice, 5 * DAY) == (5 * DAY, 6 * DAY)
    assert around(twice, 9 * DAY) == (6 * DAY, None)
