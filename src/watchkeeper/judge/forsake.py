"""Forsaking: a voice that was silent for a day beside another is listened for no more."""

from collections.abc import Sequence

from watchkeeper.core.moment import DAY_MS, Moment
from watchkeeper.core.sighting import Sighting, forsaken
from watchkeeper.core.status import Status
from watchkeeper.judge import climb, decide
from watchkeeper.store import replica as replica_rows
from watchkeeper.store import sighting as sighting_rows
from watchkeeper.store.cursor import Cursor, Undo
from watchkeeper.store.history import Transition

FORSAKEN = "forsaken"
_AT_ONCE = 250


def forsake(cursor: Cursor, page_no: int, now: Moment) -> int:
    """Delete the sightings of voices that nobody waits for any more; return how many went.

    Each leaves a transition of its replica behind, of the kind `source`.
    """
    decision = climb.enter(cursor, page_no, now)
    nos = sighting_rows.long_silent(cursor, page_no, decision.now.steady - DAY_MS)[:_AT_ONCE]
    spoken = decide.spoken_of(cursor, nos)
    leaving = {no: forsaken(tuple(spoken[no].values()), decision.now.steady) for no in nos}
    leaving = {no: ones for no, ones in leaving.items() if ones}
    if not leaving:
        raise Undo(0)
    for no, ones in leaving.items():
        decision.transitions += _transitions(no, ones)
        for one in ones:
            del spoken[no][one.source]
    sighting_rows.delete(cursor, [(no, one.source) for no, ones in leaving.items() for one in ones])
    rows = replica_rows.by_no(cursor, leaving)
    decide.write(decision, decide.rejudge(rows, spoken, {}, decision.now.at))
    return sum(map(len, leaving.values()))


def _transitions(replica_no: int, leaving: Sequence[Sighting]) -> list[Transition]:
    return [
        Transition("source", replica_no, one.status, Status.UNDECIDED, f"{FORSAKEN}:{one.source}")
        for one in leaving
    ]
