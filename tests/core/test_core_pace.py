from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import shifts
from watchkeeper.core.pace import AT_ONCE, QUIET_MS, Pace, news_due, pace_of, step_after_news

PACE = (30_000, 120_000, 300_000)
paces = st.lists(st.integers(1, QUIET_MS), max_size=4)
moments = st.integers(1, 10**12)


def storm(pace_ms: Sequence[int], messages: int) -> list[int]:
    """Return the gaps between messages when there is always news about an open alert."""
    said, step, gaps = 1, 1, []
    for _ in range(messages):
        now = max(news_due(said, step, pace_ms), said)
        gaps.append(now - said)
        said, step = now, step_after_news(said, step, now, is_open=True)
    return gaps


@pytest.mark.parametrize(
    ("said", "step", "pace_ms", "due"),
    [
        (0, 3, PACE, 0),
        (1_000, 3, (), 0),
        (1_000, 0, PACE, 31_000),
        (1_000, 1, PACE, 31_000),
        (1_000, 2, PACE, 121_000),
        (1_000, 3, PACE, 301_000),
        (1_000, 99, PACE, 301_000),
    ],
)
def test_news_waits_longer_each_time(
    said: int, step: int, pace_ms: tuple[int, ...], due: int
) -> None:
    assert news_due(said, step, pace_ms) == due


@pytest.mark.parametrize(
    ("quiet_ms", "is_open", "step"),
    [(0, True, 3), (600_000, True, 3), (600_001, True, 1), (0, False, 0)],
)
def test_the_pace_ends_with_the_trouble_and_begins_anew_after_quiet(
    quiet_ms: int, step: int, *, is_open: bool
) -> None:
    assert step_after_news(5_000, 2, 5_000 + quiet_ms, is_open=is_open) == step


@pytest.mark.parametrize(("step", "after"), [(0, 1), (1, 1), (2, 2)])
def test_news_that_went_with_a_startup_is_no_step(step: int, after: int) -> None:
    assert step_after_news(5_000, step, 6_000, is_open=True, with_startup=True) == after
    assert step_after_news(5_000, step, 6_000, is_open=False, with_startup=True) == 0


@given(moments, st.integers(0, 5), paces, shifts)
def test_shifting_time_shifts_only_what_is_due(
    said: int, step: int, pace_ms: list[int], ms: int
) -> None:
    due = news_due(said, step, pace_ms)
    assert news_due(said + ms, step, pace_ms) == (due + ms if pace_ms else 0)


@given(moments, st.integers(0, 5), st.integers(0, 2 * QUIET_MS), shifts)
def test_shifting_time_shifts_no_step(said: int, step: int, passed: int, ms: int) -> None:
    after = step_after_news(said, step, said + passed, is_open=True)
    assert step_after_news(said + ms, step, said + ms + passed, is_open=True) == after


@given(paces.map(sorted))
def test_messages_of_a_storm_never_come_closer(pace_ms: list[int]) -> None:
    gaps = storm(pace_ms, 8)
    assert gaps == sorted(gaps)


def test_a_storm_is_told_after_30_s_then_2_min_then_every_5_min() -> None:
    assert storm(PACE, 5) == [30_000, 120_000, 300_000, 300_000, 300_000]


def test_without_a_pace_everything_is_told_at_once() -> None:
    assert storm((), 3) == [0, 0, 0]


def test_the_first_news_after_the_first_message_waits_30_s() -> None:
    step = step_after_news(0, 0, 1_000_000, is_open=True)
    assert (step, news_due(1_000_000, step, PACE)) == (1, 1_030_000)


def test_what_is_paid_for_waits_as_long_as_anything_does_from_when_it_happened() -> None:
    pace = pace_of(PACE, 100)
    assert pace == Pace((300_000,), gathers=True, daily_limit=100)
    assert pace.news_due(said=1_000, step=1) == 301_000
    assert pace.news_due(said=1_000, step=9, happened=900_000) == 1_200_000
    assert pace.news_due(said=0, step=0, happened=900_000) == 0


def test_what_costs_nothing_waits_from_what_was_said() -> None:
    pace = pace_of(PACE, None)
    assert pace.news_due(said=1_000, step=1, happened=900_000) == 31_000
    assert AT_ONCE.news_due(said=1_000, step=1) == 0
