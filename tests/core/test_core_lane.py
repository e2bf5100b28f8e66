from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import HEALTHY, shifts
from watchkeeper.core.facts import Facts, Kind
from watchkeeper.core.lane import (
    CLAIM_MS,
    FRESH_MS,
    KEEP_MS,
    MOST_DOUBT,
    SEND_MS,
    Cap,
    Lane,
    Notification,
    Pass,
    Step,
    Try,
    Wait,
    counted_since,
    doubt_after_claim,
    is_broken,
    is_in_doubt,
    is_news,
    limited,
    next_step,
    refused_due,
    retry_due,
    too_old,
)
from watchkeeper.core.moment import DAY_MS
from watchkeeper.core.pace import Pace

PACE = (30_000, 120_000, 300_000)
NOW = 10_000_000
JUST = NOW - 1_000
"""A moment so shortly ago that the pace is not over."""

kinds = st.sampled_from([None, *Kind])
lanes = st.builds(
    Lane,
    no=st.just(1),
    told=st.just(10),
    last=st.integers(8, 14),
    doubt=st.integers(0, MOST_DOUBT + 2),
    due=st.sampled_from([0, JUST, NOW, NOW + 1, NOW + 9_000]),
    said=st.sampled_from([0, JUST, NOW - 30_000, NOW - 301_000]),
    step=st.integers(0, 4),
    fails=st.integers(0, 3),
)
queues = st.lists(kinds, max_size=5).map(lambda found: waiting(*found))


def waiting(*kinds: Kind | None) -> list[Notification]:
    """Return what comes after notification 10; None is not for this lane."""
    return [
        Notification(no, Facts(kind=kind, steady=NOW, at=0, status=HEALTHY) if kind else None)
        for no, kind in enumerate(kinds, 11)
    ]


def step(lane: Lane, queue: Sequence[Notification], *, paced: bool = False) -> Step:
    return next_step(lane, queue, NOW, Pace(PACE), paced=paced)


@given(lane=lanes, queue=queues, paced=st.booleans())
def test_a_lane_never_goes_back(lane: Lane, queue: list[Notification], *, paced: bool) -> None:
    match step(lane, queue, paced=paced):
        case Try(last) | Pass(last):
            assert last > lane.told
        case Wait(until):
            assert until is None or until > NOW


@given(lane=lanes, queue=queues, paced=st.booleans())
def test_only_what_a_lane_does_not_hear_is_passed(
    lane: Lane, queue: list[Notification], *, paced: bool
) -> None:
    match step(lane, queue, paced=paced):
        case Pass(last):
            assert last == (lane.last if is_in_doubt(lane) else queue[-1].no)
            assert not any(one.facts for one in queue if one.no <= last)


@given(lane=lanes, queue=queues, paced=st.booleans(), ms=shifts)
def test_shifting_time_shifts_only_moments(
    lane: Lane, queue: list[Notification], ms: int, *, paced: bool
) -> None:
    later = replace(lane, due=lane.due + ms, said=lane.said and lane.said + ms)
    expected = step(lane, queue, paced=paced)
    if isinstance(expected, Wait) and expected.until:
        expected = Wait(expected.until + ms)
    assert next_step(later, queue, NOW + ms, Pace(PACE), paced=paced) == expected


@given(lane=lanes, queue=queues, more=queues, paced=st.booleans())
def test_while_in_doubt_nothing_newer_is_said(
    lane: Lane, queue: list[Notification], more: list[Notification], *, paced: bool
) -> None:
    if (
        is_in_doubt(lane)
        and lane.due <= NOW
        and any(one.facts and one.no <= lane.last for one in queue)
    ):
        later = [replace(one, no=one.no + len(queue)) for one in more]
        assert step(lane, [*queue, *later], paced=paced) == Try(lane.last)


@given(lane=lanes, queue=queues, paced=st.booleans())
def test_a_try_takes_up_all_that_waits_unless_it_is_a_repeat(
    lane: Lane, queue: list[Notification], *, paced: bool
) -> None:
    match step(lane, queue, paced=paced):
        case Try(last):
            assert last == (lane.last if is_in_doubt(lane) else queue[-1].no)


@pytest.mark.parametrize(
    ("lane", "queue", "paced", "expected"),
    [
        (Lane(no=1, told=10), [], False, Wait()),
        (Lane(no=1, told=10), [Kind.CHANGED], False, Try(11)),
        (Lane(no=1, told=10), [None, None], False, Pass(12)),
        (Lane(no=1, told=10), [None, Kind.CHANGED, None], False, Try(13)),
        # A claim, a failure or a receiver asked for patience.
        (Lane(no=1, told=10, due=NOW + 1), [Kind.CHANGED], False, Wait(NOW + 1)),
        (Lane(no=1, told=10, due=NOW + 1), [Kind.STARTUP], False, Wait(NOW + 1)),
        (Lane(no=1, told=10, due=NOW), [Kind.CHANGED], False, Try(11)),
        # The pace.
        (Lane(no=1, told=10, said=JUST, step=1), [Kind.CHANGED], False, Try(11)),
        (Lane(no=1, told=10, said=JUST, step=1), [Kind.CHANGED], True, Wait(JUST + 30_000)),
        (Lane(no=1, told=10, said=JUST, step=2), [Kind.OPEN], True, Wait(JUST + 120_000)),
        (Lane(no=1, told=10, said=JUST, step=9), [Kind.BROKEN], True, Wait(JUST + 300_000)),
        (Lane(no=1, told=10, said=NOW - 30_000, step=1), [Kind.CHANGED], True, Try(11)),
        (Lane(no=1, told=10), [Kind.CHANGED], True, Try(11)),
        (Lane(no=1, told=10, said=JUST, step=1), [None], True, Pass(11)),
        # A startup and a reminder go at once, and take the news along.
        (Lane(no=1, told=10, said=JUST, step=1), [Kind.STARTUP], True, Try(11)),
        (Lane(no=1, told=10, said=JUST, step=1), [Kind.REMINDER], True, Try(11)),
        (Lane(no=1, told=10, said=JUST, step=1), [Kind.CHANGED, Kind.REMINDER], True, Try(12)),
        (Lane(no=1, told=10, said=JUST, step=1), [Kind.STARTUP, Kind.CHANGED], True, Try(12)),
        # After a failure: what may have been accepted is repeated, else all is taken up.
        (Lane(no=1, told=10, last=11, doubt=1), [Kind.CHANGED] * 3, True, Try(11)),
        (Lane(no=1, told=10, last=11, doubt=MOST_DOUBT, fails=7), [Kind.OPEN] * 3, True, Try(11)),
        (Lane(no=1, told=10, last=11, doubt=8, fails=8, said=JUST), [Kind.OPEN] * 3, True, Try(13)),
        (Lane(no=1, told=10, last=11, fails=1, said=JUST), [Kind.CHANGED] * 3, True, Try(13)),
        (Lane(no=1, told=10, last=10, doubt=1), [Kind.CHANGED] * 3, False, Try(13)),
        (Lane(no=1, told=10, last=11, doubt=1, due=NOW + 5), [Kind.OPEN], False, Wait(NOW + 5)),
    ],
)
def test_what_a_lane_does_next(
    lane: Lane, queue: list[Kind | None], expected: Step, *, paced: bool
) -> None:
    assert step(lane, waiting(*queue), paced=paced) == expected


@pytest.mark.parametrize(
    ("last", "message_id", "doubt"), [(12, "b", 4), (13, "b", 1), (12, "c", 1), (11, "a", 1)]
)
def test_a_claim_doubts_a_repeat_once_more_and_a_new_message_once(
    last: int, message_id: str, doubt: int
) -> None:
    lane = Lane(no=1, told=10, last=12, id="b", doubt=3)
    assert doubt_after_claim(lane, last, message_id) == doubt


def test_a_message_that_hangs_its_receiver_frees_the_lane_in_the_end() -> None:
    lane, queue = Lane(no=1, told=10), waiting(Kind.CHANGED, Kind.CHANGED)
    tried = []
    for known in (queue[:1], *[queue] * (MOST_DOUBT + 1)):
        match step(lane, known):
            case Try(last):
                tried.append(last)
                doubt = doubt_after_claim(lane, last, f"{last}")
                lane = replace(lane, last=last, id=f"{last}", doubt=doubt, fails=lane.fails + 1)
    assert tried == [*[11] * (MOST_DOUBT + 1), 12]


@pytest.mark.parametrize(
    ("told", "news"),
    [
        ([Kind.STARTUP], False),
        ([Kind.REMINDER, Kind.STARTUP], False),
        ([Kind.REMINDER, Kind.CHANGED], True),
        *[([kind], True) for kind in Kind if kind not in {"startup", "reminder"}],
    ],
)
def test_only_news_counts_for_the_pace(told: list[Kind], *, news: bool) -> None:
    assert is_news([one.facts for one in waiting(*told) if one.facts]) is news


@given(st.integers(1, 10_000), st.integers(0, NOW), st.floats(0, 1, exclude_max=True))
def test_a_retry_waits_from_a_tenth_of_a_second_to_five_minutes(
    fails: int, now: int, jitter: float
) -> None:
    assert now + 100 <= retry_due(fails, now, jitter) <= now + 300_000


def test_the_longest_wait_doubles_up_to_five_minutes() -> None:
    waits = [retry_due(fails, NOW, 1.0) - NOW for fails in range(1, 12)]
    assert waits == [
        *(1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000),
        *(300_000, 300_000),
    ]


def test_waits_are_spread_by_the_jitter() -> None:
    assert [retry_due(4, 0, jitter) for jitter in (0, 0.25, 0.5)] == [100, 2_000, 4_000]


def test_a_refusal_is_tried_three_times_over_ten_minutes_then_hourly() -> None:
    now, tries = 0, [0]
    for fails in range(1, 5):
        now = refused_due(now, broken=is_broken(fails))
        tries.append(now)
    assert tries == [0, 300_000, 600_000, 4_200_000, 7_800_000]


def test_a_send_ends_before_its_claim_does() -> None:
    assert (CLAIM_MS, SEND_MS, FRESH_MS) == (10_000, 8_000, 5_000)
    assert FRESH_MS < SEND_MS < CLAIM_MS


def test_what_is_older_than_a_day_is_given_up() -> None:
    queue = waiting(Kind.CHANGED, Kind.CHANGED, Kind.CHANGED)
    assert KEEP_MS == 86_400_000
    assert too_old(queue, NOW + KEEP_MS) == 0
    assert too_old(queue, NOW + KEEP_MS + 1) == 13
    fresh = replace(queue[2], facts=Facts(kind=Kind.CHANGED, steady=NOW + 1, at=0, status=HEALTHY))
    assert too_old([*queue[:2], fresh], NOW + KEEP_MS + 1) == 12


def test_what_a_lane_does_not_hear_is_never_too_old() -> None:
    assert too_old(waiting(None), NOW + 2 * KEEP_MS) == 0
    assert too_old([], NOW) == 0


def test_who_had_the_messages_of_a_day_is_told_nothing_until_a_day_after_the_first() -> None:
    lane, pace = Lane(no=1, told=0), Pace(daily_limit=2)
    assert limited(lane, [JUST], NOW, pace) is None
    assert limited(lane, [JUST, NOW], NOW, pace) == Cap(JUST + DAY_MS)
    assert limited(lane, [JUST] * 1_000, NOW, Pace()) is None


def test_who_is_told_nothing_for_a_day_begins_anew_after_it() -> None:
    capped = Lane(no=1, told=0, capped_until=NOW)
    pace = Pace(daily_limit=1)
    assert limited(capped, [], NOW - 1, pace) == Wait(NOW)
    assert counted_since(capped, NOW + 1) == NOW
    assert limited(capped, [], NOW, pace) is None
    assert counted_since(Lane(no=1, told=0), 3 * DAY_MS) == 2 * DAY_MS
