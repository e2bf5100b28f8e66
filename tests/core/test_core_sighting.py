from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import BLIND, DEAD, HEALTHY, SICK, UNDECIDED, shifts
from watchkeeper.core.reason import SILENT, Reason
from watchkeeper.core.report import SELF, UNKNOWN, Report, Source, SourceKind
from watchkeeper.core.sighting import Confirm, Sighting, observe, says_nothing_new, silence
from watchkeeper.core.status import Status

REPORTER = Source(SourceKind.REPORTER)
ONCE = Confirm()
said = st.sampled_from([HEALTHY, SICK, DEAD, BLIND])
confirms = st.builds(Confirm, st.integers(1, 4), st.integers(1, 4))
codes = st.sampled_from(["", "refused", "status:503"])


@st.composite
def looks(draw: st.DrawFn) -> Report:
    slot = draw(st.integers(1, 40))
    heard = 10 * slot + draw(st.integers(0, 9))
    return Report(status=draw(said), heard=heard, seq=slot, reason=Reason(draw(codes)))


pushes = st.builds(
    Report,
    status=said,
    source=st.just(REPORTER),
    heard=st.integers(1, 40),
    valid_ms=st.integers(1, 9),
    reason=st.builds(Reason, codes),
    cpu=st.integers(0, 2_000),
)
days = st.one_of(
    st.lists(looks(), min_size=1, max_size=12), st.lists(pushes, min_size=1, max_size=12)
)
"""All that one source says, in the order in which it arrives."""


def look(status: Status, slot: int, late_ms: int = 0) -> Report:
    return Report(status=status, heard=10 * slot + late_ms, seq=slot)


def push(status: Status, heard: int, valid_ms: int = 60_000) -> Report:
    return Report(status=status, source=REPORTER, heard=heard, valid_ms=valid_ms)


def after(
    reports: Iterable[Report], confirm: Confirm = ONCE, last: Sighting | None = None
) -> Sighting:
    for report in reports:
        last = observe(last, report, confirm) or last
    assert last is not None
    return last


def looked(statuses: Sequence[Status], confirm: Confirm = ONCE) -> Status:
    return after([look(one, slot) for slot, one in enumerate(statuses)], confirm).status


@given(days, confirms)
def test_a_repeated_report_changes_nothing(day: list[Report], confirm: Confirm) -> None:
    last = after(day, confirm)
    assert [observe(last, again, confirm) for again in day] == [None] * len(day)


@given(days, confirms, st.integers(0, 50))
def test_a_late_report_changes_nothing(day: list[Report], confirm: Confirm, late: int) -> None:
    last = after(day, confirm)
    assert observe(last, day[0]._replace(heard=last.heard - late), confirm) is None


@given(
    st.lists(pushes, min_size=1, unique_by=lambda report: report.heard).flatmap(
        lambda day: st.tuples(st.just(day), st.permutations(day))
    )
)
def test_pushes_in_any_order_end_as_the_newest(days: tuple[list[Report], list[Report]]) -> None:
    day, shuffled = days
    assert after(shuffled) == after([max(day, key=lambda report: report.heard)])


@given(
    st.lists(looks(), min_size=1, unique_by=lambda report: report.seq).flatmap(
        lambda day: st.tuples(st.just(day), st.permutations(day))
    )
)
def test_looks_in_any_order_end_as_the_newest(days: tuple[list[Report], list[Report]]) -> None:
    day, shuffled = days
    assert after(shuffled) == after([max(day, key=lambda report: report.heard)])


@given(days, confirms)
def test_a_sighting_never_goes_back(day: list[Report], confirm: Confirm) -> None:
    heard = [after(day[:end], confirm).heard for end in range(1, len(day) + 1)]
    assert heard == sorted(heard)


@given(days, confirms, shifts)
def test_shifting_time_shifts_only_moments(day: list[Report], confirm: Confirm, ms: int) -> None:
    last = after(day, confirm)
    shifted = after([one._replace(heard=one.heard + ms) for one in day], confirm)
    assert shifted == replace(last, heard=last.heard + ms)


@given(looks(), looks(), confirms, st.integers(1, 9))
def test_one_slot_counts_once_whoever_looked(
    first: Report, other: Report, confirm: Confirm, ms: int
) -> None:
    last = after([first], confirm)
    doubled = other._replace(seq=first.seq, heard=first.heard + ms)
    assert observe(last, doubled, confirm) is None


def test_two_workers_in_one_slot_do_not_kill_at_two() -> None:
    twice = [look(HEALTHY, 1), look(DEAD, 2), look(DEAD, 2, late_ms=3)]
    assert after(twice, Confirm(dead=2)).status is HEALTHY


@given(st.integers(1, 5), st.sampled_from([HEALTHY, SICK]))
def test_a_death_is_believed_at_the_looks_that_it_takes(needed: int, before: Status) -> None:
    confirm = Confirm(dead=needed)
    assert looked([before, *[DEAD] * (needed - 1)], confirm) is before
    assert looked([before, *[DEAD] * needed], confirm) is DEAD


@given(st.integers(1, 5), st.sampled_from([HEALTHY, SICK]))
def test_the_end_of_a_death_is_believed_at_the_looks_that_it_takes(
    needed: int, end: Status
) -> None:
    confirm = Confirm(healthy=needed)
    assert looked([DEAD, *[end] * (needed - 1)], confirm) is DEAD
    assert looked([DEAD, *[end] * needed], confirm) is end


@pytest.mark.parametrize(
    ("statuses", "believed"),
    [
        ([DEAD], UNDECIDED),
        ([DEAD, DEAD], DEAD),
        ([DEAD, HEALTHY], HEALTHY),
        ([HEALTHY, DEAD, HEALTHY, DEAD], HEALTHY),
        ([HEALTHY, DEAD, SICK, DEAD], SICK),
        ([HEALTHY, SICK], SICK),
        ([SICK, HEALTHY], HEALTHY),
        ([DEAD, DEAD, HEALTHY], DEAD),
        ([DEAD, DEAD, HEALTHY, DEAD, HEALTHY], DEAD),
        ([DEAD, DEAD, HEALTHY, SICK], SICK),
        ([HEALTHY, BLIND], BLIND),
        ([HEALTHY, DEAD, BLIND, DEAD], BLIND),
        ([BLIND, HEALTHY], HEALTHY),
    ],
)
def test_two_looks_are_needed_in_a_row(statuses: list[Status], believed: Status) -> None:
    assert looked(statuses, Confirm(dead=2, healthy=2)) is believed


def test_what_is_seen_after_blindness_is_believed_at_once() -> None:
    confirm = Confirm(healthy=3)
    assert looked([DEAD, HEALTHY], confirm) is DEAD
    assert looked([DEAD, BLIND, HEALTHY], confirm) is HEALTHY


def test_a_look_that_is_not_believed_yet_keeps_the_old_reason() -> None:
    healthy = Report(status=SICK, heard=1, seq=1, reason=Reason("slow"))
    refused = Report(status=DEAD, heard=2, seq=2, reason=Reason("refused"))
    last = after([healthy, refused], Confirm(dead=2))
    assert (last.status, last.reason_code, last.streak) == (SICK, "slow", 1)
    assert (last.heard, last.seq) == (2, 2)


@pytest.mark.parametrize(
    ("status", "speaks"),
    [(BLIND, False), (UNDECIDED, False), (HEALTHY, True), (SICK, True), (DEAD, True)],
)
def test_who_is_blind_or_not_decided_does_not_speak(status: Status, *, speaks: bool) -> None:
    assert Sighting(source=SELF, status=status).speaks is speaks


def test_a_reporter_is_believed_at_once() -> None:
    confirm = Confirm(dead=5, healthy=5)
    assert after([push(HEALTHY, 1), push(DEAD, 2)], confirm).status is DEAD
    assert after([push(DEAD, 1), push(HEALTHY, 2)], confirm).status is HEALTHY


def test_a_sighting_keeps_all_that_was_said() -> None:
    report = Report(
        status=SICK,
        source=REPORTER,
        heard=5,
        valid_ms=7,
        seq=UNKNOWN,
        reason=Reason("cpu", "97 % on db-3.internal"),
        cpu=970,
        ram=250,
    )
    assert after([report]) == Sighting(
        source=REPORTER, status=SICK, reason_code="cpu", heard=5, valid_ms=7, cpu=970, ram=250
    )


@pytest.mark.parametrize(
    ("hears_since", "now", "is_silent"),
    [(0, 1_099, False), (0, 1_100, True), (1_000, 1_100, True), (1_050, 1_100, False)],
)
def test_silence_counts_from_the_last_word_and_from_when_we_could_hear(
    hears_since: int, now: int, *, is_silent: bool
) -> None:
    last = after([push(HEALTHY, 1_000, valid_ms=100)])
    assert (silence(last, hears_since, now) is not None) is is_silent


def test_who_promised_nothing_is_never_silent() -> None:
    assert silence(after([look(HEALTHY, 1)]), 0, 10**12) is None


def test_silence_is_said_once() -> None:
    last = after([push(SICK, 1)])
    report = silence(last, 0, 10**12)
    assert report is not None
    silent = after([report], last=last)
    assert silent == replace(last, status=DEAD, reason_code=SILENT)
    assert (silent.is_silent, silent.speaks) == (True, False)
    assert silence(silent, 0, 10**12) is None
    assert observe(silent, report, ONCE) is None


def test_silence_means_nothing_once_its_moment_has_moved() -> None:
    broken = silence(after([push(HEALTHY, 1)]), 0, 10**12)
    assert broken is not None
    assert observe(after([push(HEALTHY, 2)]), broken, ONCE) is None
    assert observe(None, broken, ONCE) is None


def test_coming_back_from_silence_takes_no_confirmation() -> None:
    last = Sighting(source=SELF, status=DEAD, reason_code=SILENT, heard=10, seq=1)
    assert after([look(HEALTHY, 2)], Confirm(healthy=3), last).status is HEALTHY


def test_a_word_from_before_the_silence_does_not_end_it() -> None:
    last = after([push(HEALTHY, 5)])
    broken = silence(last, 0, 10**12)
    assert broken is not None
    silent = after([broken], last=last)
    assert observe(silent, push(HEALTHY, 4), ONCE) is None
    assert observe(silent, push(HEALTHY, 5), ONCE) is None


@given(pushes, st.integers(0, 60), st.integers(0, 60), shifts)
def test_shifting_time_shifts_only_silence(
    report: Report, hears_since: int, now: int, ms: int
) -> None:
    last = after([report])
    one = silence(last, hears_since, now)
    other = silence(replace(last, heard=last.heard + ms), hears_since + ms, now + ms)
    assert other == (one and one._replace(heard=one.heard + ms))


@given(days, confirms, st.one_of(looks(), pushes))
def test_what_says_nothing_new_changes_only_its_moment_its_promise_and_its_loads(
    day: list[Report], confirm: Confirm, report: Report
) -> None:
    last = after(day, confirm)
    again = report._replace(source=last.source, heard=last.heard + 1, seq=UNKNOWN)
    moved = observe(last, again, confirm)
    assert moved is not None
    kept = replace(
        moved, heard=last.heard, seq=last.seq, valid_ms=last.valid_ms, cpu=last.cpu, ram=last.ram
    )
    assert says_nothing_new(last, again) is (kept == last)


@pytest.mark.parametrize(
    ("changes", "is_old_news"),
    [
        ({}, True),
        ({"heard": 99, "cpu": 5, "ram": 5}, True),
        ({"reason": Reason("slow", "another address")}, True),
        ({"status": HEALTHY}, False),
        ({"reason": Reason("cpu")}, False),
    ],
)
def test_nothing_new_is_the_same_status_for_the_same_reason(
    changes: dict[str, object], *, is_old_news: bool
) -> None:
    report = Report(status=SICK, heard=1, seq=1, reason=Reason("slow"))
    again = report._replace(**changes)  # type: ignore[arg-type]
    assert says_nothing_new(after([report]), again) is is_old_news


def test_a_look_that_ends_a_streak_is_news() -> None:
    last = after([look(HEALTHY, 1), look(DEAD, 2)], Confirm(dead=3))
    assert not says_nothing_new(last, look(HEALTHY, 3))


def test_silence_is_never_old_news() -> None:
    last = after([push(HEALTHY, 1)])
    broken = silence(last, 0, 10**12)
    assert broken is not None
    assert not says_nothing_new(last, broken)
    assert not says_nothing_new(after([broken], last=last), broken)
