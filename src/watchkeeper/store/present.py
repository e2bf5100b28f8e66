"""Present: what moment it is in a database that is read beside its servers, if any run."""

from typing import NamedTuple

from watchkeeper.core.moment import Moment
from watchkeeper.core.steady import ClockMark, resume
from watchkeeper.store import gate, meta, worker
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.errors import StoreRefused
from watchkeeper.store.gate import PageRow


class Present(NamedTuple):
    """The moment *now*, the page, and the steady moment of the newest *beat* of a server.

    *is_served* says whether that is so new that a server must be running.
    """

    now: Moment
    page_no: int
    page: PageRow
    beat: int
    is_served: bool


def read(cursor: Cursor, mark: ClockMark) -> Present:
    """Return the present at *mark*, whose steady moment need not be known.

    Raise StoreRefused where nothing was ever served from the database.
    """
    row = cursor.row("SELECT no FROM page ORDER BY no")
    if row is None:
        raise StoreRefused("the database is empty: no server has used it yet")
    page = gate.read(cursor, row[0])
    marks = meta.clocks(cursor)
    steady = resume(mark, marks, page.steady, others=False)
    beat = max((known.steady for known in marks), default=0)
    is_served = bool(worker.all_workers(cursor)) and steady - beat < worker.LOST_MS
    return Present(Moment(steady=steady, at=mark.wall), row[0], page, beat, is_served)
