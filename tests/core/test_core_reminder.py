from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import moment, shifts
from watchkeeper.core.alert import Alert
from watchkeeper.core.reminder import Backoff, Reminding, due, next_due, remind, to_remind

OPENED = moment(1_000)
ALERT = Alert(subject="page", opened=OPENED.steady, opened_at=OPENED.at, seq=1)
VIGIL = Reminding(interval_ms=300_000)

policies = st.builds(
    Reminding,
    interval_ms=st.integers(1_000, 86_400_000),
    backoff=st.sampled_from(Backoff),
    limit=st.integers(0, 65_535),
)
alerts = st.builds(
    Alert,
    subject=st.just("page"),
    opened=st.integers(1, 10**9),
    opened_at=st.just(0),
    reminders=st.integers(0, 10),
)
open_alerts = st.dictionaries(st.integers(1, 9), alerts, max_size=5)


def waits(policy: Reminding, many: int) -> list[int]:
    """Return the seconds from each message about one alert to the next, nobody being late."""
    alert, said = ALERT, [ALERT.opened]
    for _ in range(many):
        said.append(due(alert, policy))
        alert = remind(alert, moment(said[-1] // 1_000))
    return [(later - earlier) // 1_000 for earlier, later in pairwise(said)]


@pytest.mark.parametrize(
    ("backoff", "expected"),
    [
        (Backoff.NONE, [300, 300, 300, 300]),
        (Backoff.LINEAR, [300, 600, 900, 900]),
        (Backoff.SQUARE, [300, 1_200, 2_700, 2_700]),
        (Backoff.CUBIC, [300, 2_400, 8_100, 8_100]),
    ],
)
def test_the_waits_are_those_of_vigil(backoff: Backoff, expected: Sequence[int]) -> None:
    assert waits(replace(VIGIL, backoff=backoff), 4) == expected


@pytest.mark.parametrize("limit", [0, 1])
def test_a_limit_of_nothing_lets_no_wait_grow(limit: int) -> None:
    assert waits(replace(VIGIL, backoff=Backoff.CUBIC, limit=limit), 3) == [300, 300, 300]


@given(policies)
def test_reminders_never_come_closer(policy: Reminding) -> None:
    spans = waits(policy, 8)
    assert spans == sorted(spans)


@given(policies, st.integers(0, 10))
def test_an_alert_is_numbered_on_with_each_reminder(policy: Reminding, many: int) -> None:
    alert = ALERT
    for number in range(1, many + 1):
        alert = remind(alert, moment(2_000 + number))
        assert (alert.reminders, alert.seq) == (number, number + 1)
        assert due(alert, policy) > alert.reminded


@given(open_alerts, policies, st.integers(1, 10**10))
def test_what_was_said_is_not_due_again(
    found: dict[int, Alert], policy: Reminding, now: int
) -> None:
    for no in to_remind(found, policy, now, 0):
        found[no] = replace(found[no], reminders=found[no].reminders + 1, reminded=now)
    assert to_remind(found, policy, now, 0) == []


@given(open_alerts, policies, st.integers(1, 10**10), st.integers(0, 10**10))
def test_reminders_are_said_from_the_moment_when_the_first_is_due(
    found: dict[int, Alert], policy: Reminding, now: int, muted_until: int
) -> None:
    first = next_due(found, policy, muted_until)
    is_time = first is not None and first <= now
    assert bool(to_remind(found, policy, now, muted_until)) is is_time


@given(open_alerts, policies, st.integers(1, 10**10))
def test_nobody_is_reminded_before_a_mute_ends(
    found: dict[int, Alert], policy: Reminding, now: int
) -> None:
    assert to_remind(found, policy, now, now + 1) == []
    assert to_remind(found, policy, now, now) == to_remind(found, policy, now, 0)


@given(open_alerts, policies, st.integers(1, 10**10), shifts)
def test_shifting_time_shifts_only_moments(
    found: dict[int, Alert], policy: Reminding, now: int, ms: int
) -> None:
    later = {no: replace(alert, opened=alert.opened + ms) for no, alert in found.items()}
    assert to_remind(later, policy, now + ms, 0) == to_remind(found, policy, now, 0)


def test_with_one_that_is_due_go_those_within_half_an_interval() -> None:
    opened = ALERT.opened
    found = {
        1: ALERT,
        2: replace(ALERT, opened=opened + 150_000),
        3: replace(ALERT, opened=opened + 150_001),
    }
    assert to_remind(found, VIGIL, opened + 300_000, 0) == [1, 2]
    assert to_remind(found, VIGIL, opened + 299_999, 0) == []


def test_what_was_due_several_times_is_said_once() -> None:
    late = ALERT.opened + 86_400_000
    assert to_remind({1: ALERT}, VIGIL, late, 0) == [1]
    after = replace(ALERT, reminders=1, reminded=late)
    assert due(after, VIGIL) == late + 300_000
