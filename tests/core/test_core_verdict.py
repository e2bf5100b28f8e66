from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import BLIND, DEAD, HEALTHY, SICK, UNDECIDED, believed, shifts
from watchkeeper.core.reason import SILENT
from watchkeeper.core.report import SELF, Source, SourceKind
from watchkeeper.core.sighting import Sighting
from watchkeeper.core.status import Standing, Status, worst
from watchkeeper.core.verdict import Verdict, fold

REPORTER = Source(SourceKind.REPORTER)
LOCAL = Source(SourceKind.LOCAL, "berlin")
QUEUE = Source(SourceKind.QUEUE, "jobs")
VOICES = (SELF, REPORTER, LOCAL)
NEW = Verdict()

befores = st.builds(
    Verdict,
    status=believed,
    standing=st.sampled_from(Standing),
    reason_code=st.sampled_from(["", "refused"]),
)


@st.composite
def sightings(draw: st.DrawFn, sources: tuple[Source, ...] = (*VOICES, QUEUE)) -> list[Sighting]:
    """What several sources last said of one replica, each at most once."""
    found = []
    for source in draw(st.sets(st.sampled_from(sources))):
        if draw(st.booleans()):
            found.append(says(source, draw(st.sampled_from(Status)), draw(st.sampled_from("ab"))))
        else:
            found.append(silent(source))
    return found


def says(source: Source, status: Status, code: str = "") -> Sighting:
    return Sighting(source=source, status=status, reason_code=code, heard=1, valid_ms=60_000)


def silent(source: Source, valid_ms: int = 60_000) -> Sighting:
    return Sighting(source=source, status=DEAD, reason_code=SILENT, heard=1, valid_ms=valid_ms)


def believe(*spoken: Sighting, before: Verdict = NEW) -> tuple[Status, Standing]:
    verdict = fold(before, spoken)
    return verdict.status, verdict.standing


@pytest.mark.parametrize(
    ("spoken", "verdict"),
    [
        ([], (HEALTHY, Standing.PENDING)),
        ([says(SELF, UNDECIDED)], (HEALTHY, Standing.PENDING)),
        ([says(QUEUE, DEAD)], (HEALTHY, Standing.PENDING)),
        ([says(SELF, SICK)], (SICK, Standing.HEARD)),
        ([says(SELF, HEALTHY), says(REPORTER, DEAD)], (DEAD, Standing.HEARD)),
        ([says(SELF, HEALTHY), says(REPORTER, UNDECIDED)], (HEALTHY, Standing.HEARD)),
        ([says(SELF, HEALTHY), silent(REPORTER)], (HEALTHY, Standing.HEARD)),
        ([says(SELF, HEALTHY), says(LOCAL, BLIND)], (HEALTHY, Standing.HEARD)),
        ([says(SELF, HEALTHY), says(QUEUE, SICK)], (SICK, Standing.HEARD)),
        ([says(SELF, HEALTHY), says(QUEUE, BLIND)], (HEALTHY, Standing.HEARD)),
        ([silent(REPORTER)], (DEAD, Standing.HEARD)),
        ([silent(REPORTER), silent(LOCAL)], (DEAD, Standing.HEARD)),
        ([silent(REPORTER), says(QUEUE, HEALTHY)], (DEAD, Standing.HEARD)),
        ([silent(REPORTER), says(LOCAL, BLIND)], (HEALTHY, Standing.BLIND)),
        ([says(SELF, BLIND)], (HEALTHY, Standing.BLIND)),
    ],
)
def test_what_sightings_add_up_to(spoken: list[Sighting], verdict: tuple[Status, Standing]) -> None:
    assert believe(*spoken) == verdict


@given(believed, st.sampled_from([Standing.HEARD, Standing.BLIND]))
def test_who_is_blind_keeps_the_last_word(status: Status, standing: Standing) -> None:
    before = Verdict(status=status, standing=standing)
    assert believe(says(SELF, BLIND), before=before) == (status, Standing.BLIND)


@given(befores, sightings().flatmap(lambda one: st.tuples(st.just(one), st.permutations(one))))
def test_the_order_of_sightings_changes_no_verdict(
    before: Verdict, spoken: tuple[list[Sighting], list[Sighting]]
) -> None:
    assert fold(before, spoken[0]) == fold(before, spoken[1])


@given(befores, sightings())
def test_folding_again_changes_no_verdict(before: Verdict, spoken: list[Sighting]) -> None:
    verdict = fold(before, spoken)
    assert fold(verdict, spoken) == verdict


@given(befores, sightings(), shifts)
def test_when_it_was_said_changes_no_verdict(
    before: Verdict, spoken: list[Sighting], ms: int
) -> None:
    later = [replace(one, heard=one.heard + ms) for one in spoken]
    assert fold(before, later) == fold(before, spoken)


@given(befores, sightings(VOICES), st.sampled_from(VOICES), believed)
def test_while_a_voice_speaks_it_is_the_worst_of_what_is_said(
    before: Verdict, spoken: list[Sighting], source: Source, status: Status
) -> None:
    others = [one for one in spoken if one.source != source]
    heard = [one.status for one in others if one.status >= HEALTHY and not one.is_silent]
    verdict = believe(says(source, status), *others, before=before)
    assert verdict == (worst([status, *heard]), Standing.HEARD)


@given(sightings())
def test_nobody_is_dead_before_somebody_said_it_or_fell_silent(spoken: list[Sighting]) -> None:
    if fold(NEW, spoken).status is DEAD:
        assert any(one.status is DEAD for one in spoken)


@given(befores, st.lists(st.sampled_from(VOICES), unique=True))
def test_who_is_not_decided_yet_changes_no_verdict(before: Verdict, sources: list[Source]) -> None:
    assert fold(before, [says(source, UNDECIDED) for source in sources]) == before


def test_the_reason_is_that_of_the_worst() -> None:
    worse = fold(NEW, [says(SELF, SICK, "slow"), says(REPORTER, DEAD, "refused")])
    assert worse.reason_code == "refused"


def test_a_blind_replica_says_why() -> None:
    before = Verdict(status=DEAD, standing=Standing.HEARD, reason_code="refused")
    assert fold(before, [says(SELF, BLIND, "policy")]).reason_code == "policy"


def test_a_silent_replica_says_for_how_long_a_word_held() -> None:
    assert fold(NEW, [silent(REPORTER, valid_ms=60_000)]).reason_code == "silent:60"
    assert fold(NEW, [silent(REPORTER, valid_ms=60_999)]).reason_code == "silent:60"


def test_of_several_silent_ones_always_the_same_is_named() -> None:
    both = [silent(REPORTER, valid_ms=60_000), silent(LOCAL, valid_ms=40_000)]
    assert fold(NEW, both).reason_code == "silent:40"
