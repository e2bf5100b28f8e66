from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.core.isolation import is_cut_off


def test_two_of_three_anchors_that_are_silent_mean_that_we_are_cut_off() -> None:
    assert is_cut_off([False, False, True])
    assert not is_cut_off([False, True, True])


def test_a_single_anchor_may_be_dead_itself() -> None:
    assert not is_cut_off([False])
    assert is_cut_off([False, False])


def test_without_anchors_nobody_can_say_that_we_are_cut_off() -> None:
    assert not is_cut_off([])


@given(st.lists(st.booleans(), max_size=20))
def test_one_answer_more_never_cuts_us_off(answers: list[bool]) -> None:
    assert is_cut_off(answers) or not is_cut_off([*answers, True])


@given(st.lists(st.just(True), min_size=1, max_size=20))
def test_who_is_answered_by_all_is_not_cut_off(answers: list[bool]) -> None:
    assert not is_cut_off(answers)
