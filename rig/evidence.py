"""Evidence: what the program must have believed of a replica, and what it may have.

A look counts only when a living process finished it: when later looks came and nobody was
killed meanwhile, and the database lived. A report counts when it was acknowledged.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from rig.clients import INTERVAL_MS
from rig.history import Act, Deed, Dropped, Health, History, Looked, Reported
from rig.program import GRACE_S

SHORTEST_MS = INTERVAL_MS + GRACE_S * 1000
SLACK_MS = 30
"""How far what the rig notes and what the program says of the same moment may lie apart."""

_CUTS = {Act.KILL, Act.STOP, Act.FREEZE, Act.THAW, Act.CRASH, Act.RECOVER}


@dataclass(frozen=True, slots=True)
class Sure:
    """At some moment from *at* to *until* the program believed it dead, or not dead."""

    at: int
    until: int
    dead: bool


@dataclass(frozen=True, slots=True)
class Hint:
    """From this moment on the program may have believed it."""

    at: int
    dead: bool


@dataclass(frozen=True, slots=True)
class Word:
    """A report that was sent at *at* and acknowledged at *acked*: until then, no silence."""

    at: int
    acked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Everything that is known of one replica."""

    sure: Sequence[Sure] = ()
    hints: Sequence[Hint] = ()
    words: Sequence[Word] = ()
    can_be_silent: bool = False

    def may_die(self, at: int) -> bool:
        """Return whether the program had a reason to find it dead at about *at*."""
        is_silent = self.can_be_silent and self._was_silent(at)
        return is_silent or self._hinted(at, dead=True)

    def may_return(self, at: int) -> bool:
        """Return whether the program had a reason to find it alive, or gone, at about *at*."""
        return self._hinted(at, dead=False)

    def last_sure(self, *, before: int, dead: bool) -> int:
        """Return the last moment at which it was surely so, 0 where there is none."""
        return max(
            (one.at for one in self.sure if one.until <= before and one.dead is dead), default=0
        )

    def _hinted(self, at: int, *, dead: bool) -> bool:
        after = self.last_sure(before=at - SLACK_MS, dead=not dead)
        return any(after <= hint.at <= at + SLACK_MS and hint.dead is dead for hint in self.hints)

    def _was_silent(self, at: int) -> bool:
        began = at + SLACK_MS - SHORTEST_MS
        return not any(word.acked < at and word.at > began for word in self.words)


@dataclass(frozen=True, slots=True)
class Course:
    """What was done to the program: *cuts* are moments, *down* those without a database."""

    cuts: Sequence[int] = ()
    down: Sequence[tuple[int, int]] = ()
    needed: int = 3

    def stretch(self, at: int) -> int | None:
        """Return the number of the undisturbed stretch that *at* lies in, None if it cannot."""
        if any(begin <= at <= end for begin, end in self.down):
            return None
        return bisect_right(self.cuts, at)


def of_looks(looks: Iterable[Looked], course: Course, drops: Sequence[int] = ()) -> Evidence:
    """Return the evidence of *looks* at one replica; the *needed*-th of its kind in a row,
    with no cut between, says what the program believes.

    At each of *drops* the file named the replica no more: it was no longer dead for that.
    """
    course = replace(course, cuts=sorted([*course.cuts, *drops]))
    sure: list[Sure] = []
    hints: list[Hint] = []
    row: list[tuple[int | None, bool]] = []
    for look in looks:
        kind = (course.stretch(look.at), look.health.is_dead)
        row = [*row, kind] if row and row[-1] == kind else [kind]
        if len(row) >= course.needed and kind[0] is not None:
            sure.append(Sure(look.at, look.at, kind[1]))
        hints.append(Hint(look.at, kind[1]))
    return Evidence(sure=sure, hints=[*hints, *(Hint(at, dead=False) for at in drops)])


def of_reports(reports: Iterable[Reported]) -> Evidence:
    """Return the evidence of *reports* about one replica, one after the other.

    What an answer says was so when it was written: who reads it late may be silent by then.
    """
    every = list(reports)
    acked = [(one, one.acked) for one in every if one.acked is not None]
    return Evidence(
        sure=[Sure(one.at, at, one.health.is_dead) for one, at in acked],
        hints=[Hint(one.at, one.health.is_dead) for one in every],
        words=[Word(one.at, at) for one, at in acked if one.health is not Health.GONE],
        can_be_silent=True,
    )


def gather(history: History, processes: int) -> dict[str, Evidence]:
    """Return the evidence of each replica, for so many *processes* that look at once."""
    course = _course(history, processes)
    looks: dict[str, list[Looked]] = {}
    reports: dict[str, list[Reported]] = {}
    drops: dict[str, list[int]] = {}
    for drop in history.of(Dropped):
        drops.setdefault(drop.replica, []).append(drop.at)
    for look in history.of(Looked):
        looks.setdefault(look.replica, []).append(look)
    for report in history.of(Reported):
        reports.setdefault(report.replica, []).append(report)
    found = {name: of_looks(mine, course, drops.get(name, ())) for name, mine in looks.items()}
    return found | {name: of_reports(mine) for name, mine in reports.items()}


def _course(history: History, processes: int) -> Course:
    deeds = list(history.of(Deed))
    crashes = [one.at for one in deeds if one.act is Act.CRASH]
    recoveries = [one.at for one in deeds if one.act is Act.RECOVER]
    return Course(
        cuts=sorted(one.at for one in deeds if one.act in _CUTS),
        down=list(zip(crashes, recoveries, strict=True)),
        needed=processes + 2,
    )
