from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import shifts
from watchkeeper.core.schedule import chosen, next_due, phase, slot, speakers

keys = st.text(max_size=20)
intervals = st.integers(1, 7 * 24 * 3_600_000)
moments = st.integers(0, 10**13)
crews = st.sets(st.text("abcdef", min_size=1, max_size=4), min_size=1, max_size=8)
WORK = [f"web:api:{number}" for number in range(2_000)]


@given(keys, intervals, moments)
def test_the_next_look_is_later_than_now_and_within_one_interval(
    key: str, interval_ms: int, now: int
) -> None:
    assert now < next_due(key, interval_ms, now) <= now + interval_ms


@given(keys, intervals, moments)
def test_a_look_is_due_where_a_slot_begins(key: str, interval_ms: int, now: int) -> None:
    due = next_due(key, interval_ms, now)
    assert slot(key, interval_ms, due) == slot(key, interval_ms, due - 1) + 1
    assert slot(key, interval_ms, due - 1) == slot(key, interval_ms, now)


@given(keys, intervals, moments)
def test_looks_are_one_interval_apart(key: str, interval_ms: int, now: int) -> None:
    due = next_due(key, interval_ms, now)
    assert next_due(key, interval_ms, due) == due + interval_ms


@given(keys, intervals, moments, shifts)
def test_a_restart_keeps_the_phase(key: str, interval_ms: int, now: int, count: int) -> None:
    passed = count * interval_ms
    assert next_due(key, interval_ms, now + passed) == next_due(key, interval_ms, now) + passed


def test_a_new_version_keeps_phases_and_choices() -> None:
    keys = ["web:api:1", "web:api:2", "mail:smtp:é"]
    assert [phase(key, 120_000) for key in keys] == [104_795, 50_842, 96_690]
    assert [chosen(key, "abc") for key in keys] == ["b", "c", "b"]


def test_looks_are_spread_over_the_interval() -> None:
    tenths = Counter(phase(key, 120_000) // 12_000 for key in WORK)
    assert sorted(tenths) == list(range(10))
    assert all(150 < count < 250 for count in tenths.values())


@given(keys, crews)
def test_everyone_computes_the_same_worker(key: str, crew: set[str]) -> None:
    assert chosen(key, sorted(crew)) == chosen(key, sorted(crew, reverse=True))
    assert chosen(key, crew) in crew


@given(keys, crews)
def test_only_the_work_of_a_worker_that_leaves_moves(key: str, crew: set[str]) -> None:
    before = chosen(key, crew)
    for leaver in crew - {before}:
        assert chosen(key, crew - {leaver}) == before


@given(keys, crews)
def test_work_moves_only_to_a_worker_that_comes(key: str, crew: set[str]) -> None:
    assert chosen(key, crew | {"new"}) in {chosen(key, crew), "new"}


def test_work_is_shared_evenly() -> None:
    shares = Counter(chosen(key, ["a", "b", "c", "d"]) for key in WORK)
    assert all(430 < shares[worker] < 570 for worker in "abcd")


def test_nobody_does_what_there_is_nobody_for() -> None:
    assert chosen("web:api:1", []) is None


@pytest.mark.parametrize(
    ("plans", "speaking"),
    [
        ({"a": "new", "b": "old"}, {"a"}),
        ({"a": "new", "b": "new"}, {"a", "b"}),
        ({"a": "old", "b": "older"}, {"a", "b"}),
        ({}, set()),
    ],
)
def test_those_speak_whose_plan_is_the_pages(plans: dict[str, str], speaking: set[str]) -> None:
    assert speakers(plans, "new") == speaking
