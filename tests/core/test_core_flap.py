from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.core.flap import STILL, Flap, FlapRules, calmed, changed, is_over

RULES = FlapRules(changes=4, window_ms=1_000, stable_ms=500)
gaps = st.lists(st.integers(1, 700), max_size=30)


def after(moments: Sequence[int], rules: FlapRules = RULES) -> Flap:
    flap = STILL
    for moment in moments:
        flap = changed(flap, moment, rules)
    return flap


def test_as_many_changes_within_the_window_are_flapping() -> None:
    assert after([1, 2, 3]).since == 0
    assert after([1, 500, 900, 1_001]).since == 1_001
    assert after([1, 500, 900, 1_002]).since == 0


def test_it_goes_on_however_slow_the_changes_become() -> None:
    assert after([1, 2, 3, 4, 5_000, 10_000]).since == 4


def test_it_is_over_once_it_was_stable_for_long_enough() -> None:
    flap = after([1, 2, 3, 4])
    assert not is_over(flap, 0, 503, RULES)
    assert is_over(flap, 0, 504, RULES)


def test_only_what_somebody_watched_was_stable() -> None:
    flap = after([1, 2, 3, 4])
    assert not is_over(flap, 1_000, 1_499, RULES)
    assert is_over(flap, 1_000, 1_500, RULES)


def test_what_begins_anew_soon_is_flapping_at_once() -> None:
    flap = calmed(after([1, 2, 3, 4]))
    assert flap.since == 0
    assert changed(flap, 600, RULES).since == 600
    assert changed(flap, 1_003, RULES).since == 0


def test_nothing_flaps_where_that_is_switched_off() -> None:
    off = FlapRules(changes=0)
    assert after(range(1, 100), off) == STILL
    assert is_over(after([1, 2, 3, 4]), 0, 5, off)


def test_what_is_looked_at_seldom_is_given_time() -> None:
    rules = FlapRules().at_looks_every(600_000)
    assert (rules.window_ms, rules.stable_ms) == (9_600_000, 3_600_000)
    assert FlapRules().at_looks_every(1_000) == FlapRules()


@given(gaps)
def test_it_flaps_from_the_first_moment_with_so_many_changes_behind_it(waits: list[int]) -> None:
    moments = [sum(waits[: n + 1]) for n in range(len(waits))]
    full = [
        late
        for early, late in zip(moments, moments[RULES.changes - 1 :], strict=False)
        if late - early <= RULES.window_ms
    ]
    flap = after(moments)
    assert flap.since == (full[0] if full else 0)
    assert len(flap.moments) <= RULES.changes
