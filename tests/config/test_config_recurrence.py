from datetime import UTC, datetime, timedelta, timezone

import pytest

from watchkeeper.config.recurrence import around, check, end_of
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


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def nightly(first: str, hours: float, rule: str = "FREQ=DAILY") -> Window:
    """A window by the clocks of Berlin, which are set forward on 2030-03-31, back on 10-27."""
    lasts_ms = int(hours * 3_600_000)
    zone = "Europe/Berlin"
    return Window(title="", starts_at=at(first), lasts_ms=lasts_ms, repeats=rule, zone=zone)


@pytest.mark.parametrize(
    ("day", "begins", "ends"),
    [
        ("2030-03-30", "T02:30:00+01:00", "T04:00:00+01:00"),
        ("2030-03-31", "T03:30:00+02:00", "T05:00:00+02:00"),  # 02:30 is skipped
        ("2030-04-01", "T02:30:00+02:00", "T04:00:00+02:00"),
        ("2030-10-27", "T02:30:00+02:00", "T04:00:00+01:00"),  # the first 02:30 of two
        ("2030-10-28", "T02:30:00+01:00", "T04:00:00+01:00"),
    ],
)
def test_a_window_follows_the_clocks_of_its_place_through_summer_time(
    day: str, begins: str, ends: str
) -> None:
    window = nightly("2030-01-06T02:30:00+01:00", 1.5)
    began_at = at(day + begins)
    assert around(window, began_at)[0] == began_at
    assert around(window, began_at - 1)[1] == began_at
    assert end_of(window, began_at) == at(day + ends)


def test_a_night_lasts_until_the_same_time_of_day_though_an_hour_is_skipped() -> None:
    night = nightly("2030-01-05T22:00:00+01:00", 8, "FREQ=WEEKLY;BYDAY=SA")
    assert end_of(night, at("2030-03-30T22:00:00+01:00")) == at("2030-03-31T06:00:00+02:00")
    assert end_of(night, at("2030-10-26T22:00:00+02:00")) == at("2030-10-27T06:00:00+01:00")


def test_every_window_of_a_year_ends_after_it_began_and_before_the_next() -> None:
    for minutes in range(0, 24 * 60, 30):
        first = datetime(2030, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
        window = nightly(first.isoformat(), 0.25)
        moment, days = window.starts_at, 0
        while moment < at("2030-04-03T00:00:00+00:00"):
            began_at, coming = around(window, moment)
            assert began_at == moment
            assert coming is not None
            assert began_at < end_of(window, began_at) < coming
            moment, days = coming, days + 1
        assert 91 <= days <= 93
