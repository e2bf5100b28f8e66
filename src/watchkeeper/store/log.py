"""The log of speaking: what waits in each lane, and every try; read beside a running server."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from watchkeeper.core.moment import Moment
from watchkeeper.store.cursor import Cursor


class LaneRow(NamedTuple):
    """A lane with its channel, gone ones too; *quiet_until*, *due*, *failing_since* are steady."""

    no: int
    channel: str
    target: str
    holder: str
    quiet_until: int
    told: int
    last: int
    id: str
    due: int
    fails: int
    failing_since: int
    broken_at: int | None
    gone_at: int | None


class WaitingRow(NamedTuple):
    """How many notifications of one kind wait, and when the oldest of them was written."""

    kind: str
    many: int
    at: int


class TryRow(NamedTuple):
    """One try to send message *id*; the last four are None while that is not delivered."""

    id: str
    n: int
    at: int
    worker: str
    ms: int
    outcome: str
    state: str | None
    first: int | None
    last: int | None
    delivered_at: int | None


@dataclass(frozen=True, slots=True)
class LaneLog:
    """A lane, what waits in it, and its newest tries in the order in which they were made."""

    lane: LaneRow
    waiting: tuple[WaitingRow, ...]
    tries: tuple[TryRow, ...]


@dataclass(frozen=True, slots=True)
class Log:
    """Every lane's log, read at the moment *now*."""

    now: Moment
    lanes: tuple[LaneLog, ...]


def read(cursor: Cursor, page_no: int, now: Moment, most: int) -> Log:
    """Return the log of all lanes at the moment *now*, with at most *most* tries of each."""
    return Log(now, tuple(_log(cursor, lane, page_no, most) for lane in _lanes(cursor, page_no)))


def last_outcomes(cursor: Cursor, lane_nos: Iterable[int]) -> dict[int, str]:
    """Return how the last try in each of the lanes ended, of those that tried at all."""
    found = {no: _tries(cursor, no, 1) for no in lane_nos}
    return {no: tries[-1].outcome for no, tries in found.items() if tries}


def _lanes(cursor: Cursor, page_no: int) -> list[LaneRow]:
    rows = cursor.rows(
        "SELECT l.no, c.key, l.target, c.holder, c.quiet_until, l.told, l.last, l.id, l.due,"
        " l.fails, l.failing_since, l.broken_at, l.gone_at"
        " FROM lane l JOIN channel c ON c.no = l.channel_no"
        " WHERE c.page_no = ? ORDER BY c.key, l.no",
        (page_no,),
    )
    return [LaneRow(*row) for row in rows]


def _log(cursor: Cursor, lane: LaneRow, page_no: int, most: int) -> LaneLog:
    waiting = () if lane.gone_at else _waiting(cursor, lane, page_no)
    return LaneLog(lane, waiting, _tries(cursor, lane.no, most))


def _waiting(cursor: Cursor, lane: LaneRow, page_no: int) -> tuple[WaitingRow, ...]:
    rows = cursor.rows(
        "SELECT n.kind, w.many, n.at FROM notification n JOIN"
        " (SELECT MIN(no) AS no, COUNT(*) AS many FROM notification WHERE page_no = ? AND no > ?"
        " AND (lane_no IS NULL OR lane_no = ?) GROUP BY kind) w ON w.no = n.no ORDER BY n.no",
        (page_no, lane.told, lane.no),
    )
    return tuple(WaitingRow(*row) for row in rows)


def _tries(cursor: Cursor, lane_no: int, most: int) -> tuple[TryRow, ...]:
    rows = cursor.rows(
        "SELECT a.id, a.n, a.at, a.worker, a.ms, a.outcome, d.state, d.first, d.last, d.at"
        " FROM attempt a LEFT JOIN delivery d ON d.lane_no = a.lane_no AND d.id = a.id"
        " WHERE a.lane_no = ? ORDER BY a.n DESC, d.no DESC LIMIT ?",
        (lane_no, most),
    )
    return tuple(TryRow(*row) for row in reversed(rows))
