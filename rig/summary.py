"""The summary: a run on one page."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from rig.checker import Case, Wrong, check
from rig.history import Act, Deed, Found, History, Looked, Received, Reported

_MOST_WRONGS = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of a run: what was *wrong*, the *lines* of its page, and its *history*."""

    wrongs: Sequence[Wrong]
    lines: Sequence[str] = ()
    history: History = field(default_factory=History)


def judged(case: Case, more: Iterable[Wrong] = ()) -> Result:
    """Return the result of *case*, of which the run itself found *more* that is wrong."""
    wrongs = [*more, *check(case)]
    return Result(wrongs=wrongs, lines=list(summary(case, wrongs)), history=case.history)


def summary(case: Case, wrongs: Sequence[Wrong]) -> Iterator[str]:
    """Yield the lines that say what was done, what came of it, and what was wrong."""
    history = case.history
    kills = Counter(one.how for one in history.of(Deed) if one.act is Act.KILL)
    yield f"kills         {sum(kills.values())}"
    yield from (f"  {times:4} {how}" for how, times in kills.most_common())
    reports = list(history.of(Reported))
    acked = sum(one.acked is not None for one in reports)
    yield f"looks         {len(list(history.of(Looked)))}"
    yield f"reports       {len(reports)}, {acked} acknowledged"
    yield f"store asked   {len(list(history.of(Found)))} times"
    yield f"outages       {len(case.snapshot.outages)} saved"
    yield from _channels(case)
    yield from blame(wrongs)


def blame(wrongs: Sequence[Wrong]) -> Iterator[str]:
    """Yield how many promises were broken, which, and the first of them in words."""
    broken = Counter(wrong.rule for wrong in wrongs)
    yield f"wrong         {len(wrongs)}  {dict(broken) or ''}"
    yield from (f"  {wrong}" for wrong in wrongs[:_MOST_WRONGS])


def _channels(case: Case) -> Iterator[str]:
    for telling in case.tellings():
        received: list[Received] = case.received(telling.channel)
        faults = Counter(one.fault for one in received)
        taken = Counter(one.id for one in received if one.taken)
        again = sum(times - 1 for times in taken.values())
        yield (
            f"channel       {telling.channel}: {len(received)} requests, {telling.messages}"
            f" messages, {len(telling.spans)} outages told, {again} repeats"
        )
        yield f"              {dict(faults.most_common())}"
