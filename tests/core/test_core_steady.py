from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import shifts
from watchkeeper.core.steady import ClockMark, resume

NOW = ClockMark("now", steady=0, boottime=50_000, wall=1_000_000)

marks = st.builds(
    ClockMark,
    boot_id=st.sampled_from(["now", "before", "elsewhere"]),
    steady=st.integers(0, 10**6),
    boottime=st.integers(0, 50_000),
    wall=st.integers(0, 2_000_000),
)
kept = st.lists(marks, max_size=3, unique_by=lambda mark: mark.boot_id)


@given(marks=kept, page_steady=st.integers(0, 10**6), others=st.booleans())
def test_steady_time_never_goes_back(
    marks: list[ClockMark], page_steady: int, *, others: bool
) -> None:
    seen = [page_steady, *(mark.steady for mark in marks)]
    assert resume(NOW, marks, page_steady, others=others) >= max(seen)


@given(marks=kept, page_steady=st.integers(0, 10**6), ms=shifts, others=st.booleans())
def test_shifting_steady_time_shifts_only_it(
    marks: list[ClockMark], page_steady: int, ms: int, *, others: bool
) -> None:
    later = [mark._replace(steady=mark.steady + ms) for mark in marks]
    shifted = resume(NOW, later, page_steady + ms, others=others)
    assert shifted == resume(NOW, marks, page_steady, others=others) + ms


@given(mark=marks, ms=st.integers(-(10**9), 10**9), others=st.booleans())
def test_under_a_known_boot_the_wall_says_nothing(
    mark: ClockMark, ms: int, *, others: bool
) -> None:
    mark = mark._replace(boot_id="now")
    stepped = NOW._replace(wall=NOW.wall + ms)
    assert resume(stepped, [mark], 0, others=others) == mark.steady + 50_000 - mark.boottime


def test_the_newest_mark_of_a_boot_counts() -> None:
    marks = [ClockMark("now", 100, 40_000, 1), ClockMark("now", 200, 40_050, 1)]
    assert resume(NOW, marks, 0, others=False) == 200 + 9_950


def test_the_first_start_of_all_begins_with_the_page() -> None:
    assert resume(NOW, [], 7, others=False) == 7


def test_after_a_reboot_the_wall_says_what_passed_since_the_newest_mark() -> None:
    marks = [ClockMark("before", 500, 1, 990_000), ClockMark("elsewhere", 400, 1, 10)]
    assert resume(NOW, marks, 300, others=False) == 500 + 10_000


def test_a_wall_that_went_back_does_not_take_time_back() -> None:
    assert resume(NOW, [ClockMark("before", 500, 1, 2_000_000)], 300, others=False) == 500


def test_while_others_live_they_know_the_time_that_a_foreign_boot_cannot() -> None:
    marks = [ClockMark("elsewhere", 700, 1, 10)]
    assert resume(NOW, marks, 900, others=True) == 900


def test_who_joins_others_after_a_quiet_day_is_not_a_day_behind() -> None:
    day = 24 * 3_600_000
    living = ClockMark("elsewhere", steady=day, boottime=day, wall=NOW.wall - 3_000)
    assert resume(NOW, [living], 0, others=True) >= day


def test_who_comes_back_is_not_behind_the_newest_mark() -> None:
    mine = ClockMark("now", steady=100, boottime=49_000, wall=NOW.wall - 1_000)
    newer = ClockMark("elsewhere", steady=90_000, boottime=7, wall=NOW.wall - 500)
    assert resume(NOW, [mine, newer], 0, others=False) >= newer.steady
