"""Lanes: what each target of a channel was told, and the log of it."""

from typing import NamedTuple

from watchkeeper.core.lane import CLAIM_MS, Lane
from watchkeeper.core.moment import Moment
from watchkeeper.store.cursor import Cursor, Row

_LANE = (
    "no, told, last, id, attempt, doubt, due, said, step, fails, refusals, failing_since,"
    " capped_until, broken_at IS NOT NULL"
)


class Setback(NamedTuple):
    """How a failed try is taken: when to try again, and what that says of the channel.

    A *clear* one was surely not accepted; *refused* is one that a person must look at.
    """

    due: int
    clear: bool
    refused: bool = False
    breaks: bool = False
    quiet_until: int = 0


class Claim(NamedTuple):
    """What is taken before the network is touched."""

    last: int
    id: str
    doubt: int
    due: int


def targets(cursor: Cursor, channel_no: int) -> dict[str, bool]:
    """Return each target of the channel that ever had a lane, and whether it has one now."""
    rows = cursor.rows(
        "SELECT target, gone_at IS NULL FROM lane WHERE channel_no = ?", (channel_no,)
    )
    return {target: bool(living) for target, living in rows}


def add_lane(cursor: Cursor, channel_no: int, target: str, told: int) -> int:
    """Write a new or revived lane that begins after notification *told*; return its number."""
    row = cursor.one(
        "INSERT INTO lane (channel_no, target, told, last, id, attempt, doubt, due, said, step,"
        " fails, refusals, failing_since, capped_until)"
        " VALUES (?, ?, ?, 0, '', 0, 0, 0, 0, 0, 0, 0, 0, 0)"
        " ON CONFLICT (channel_no, target) DO UPDATE SET told = excluded.told, last = 0, id = '',"
        " doubt = 0, due = 0, said = 0, step = 0, fails = 0, refusals = 0, failing_since = 0,"
        " capped_until = 0, broken_at = NULL, gone_at = NULL RETURNING no",
        (channel_no, target, told),
    )
    return int(row[0])


def remove_lane(cursor: Cursor, channel_no: int, target: str, at: int) -> None:
    """Let the lane to *target* go; its history stays."""
    cursor.run(
        "UPDATE lane SET gone_at = ? WHERE channel_no = ? AND target = ?", (at, channel_no, target)
    )


def lanes(cursor: Cursor, channel_no: int) -> list[tuple[str, Lane]]:
    """Return each living lane of the channel with its target."""
    rows = cursor.rows(
        f"SELECT target, {_LANE} FROM lane WHERE channel_no = ? AND gone_at IS NULL ORDER BY no",
        (channel_no,),
    )
    return [(row[0], _lane(row[1:])) for row in rows]


def lane(cursor: Cursor, no: int) -> Lane | None:
    """Return the living lane *no*, or None."""
    row = cursor.row(f"SELECT {_LANE} FROM lane WHERE no = ? AND gone_at IS NULL", (no,))
    return _lane(row) if row else None


def claim(cursor: Cursor, one: Lane, taken: Claim, fence: int) -> bool:
    """Claim the message of *one* before the network is touched; return whether it is ours."""
    claimed = cursor.run(
        "UPDATE lane SET last = ?, id = ?, doubt = ?, due = ?, attempt = attempt + 1"
        " WHERE no = ? AND attempt = ? AND told = ? AND gone_at IS NULL"
        " AND EXISTS (SELECT 1 FROM channel WHERE no = lane.channel_no AND fence = ?)",
        (*taken, one.no, one.attempt, one.told, fence),
    )
    return claimed > 0


def renew(cursor: Cursor, lane_no: int, attempt: int, now: int, fence: int) -> bool:
    """Claim the same message once more just before its first byte leaves."""
    renewed = cursor.run(
        "UPDATE lane SET due = ? WHERE no = ? AND attempt = ? AND told < last"
        " AND EXISTS (SELECT 1 FROM channel WHERE no = lane.channel_no AND fence = ?)",
        (now + CLAIM_MS, lane_no, attempt, fence),
    )
    return renewed > 0


def accepted(cursor: Cursor, one: Lane, said: int, step: int) -> bool:
    """Note that the claimed message of *one* arrived, whoever sent it; return whether it is
    news. A repeat that is in flight keeps the lane until it ends.
    """
    told = cursor.run(
        "UPDATE lane SET told = last, doubt = 0, fails = 0, refusals = 0, broken_at = NULL,"
        " said = ?, step = ?, due = CASE WHEN attempt = ? THEN 0 ELSE due END"
        " WHERE no = ? AND id = ? AND told < last",
        (said, step, one.attempt, one.no, one.id),
    )
    return told > 0


def failed(cursor: Cursor, one: Lane, setback: Setback, now: int) -> bool:
    """Note at *now* how the try of *one* failed."""
    due, clear, refused, *_ = setback
    noted = cursor.run(
        "UPDATE lane SET due = ?, doubt = doubt - ?, fails = fails + 1,"
        " refusals = CASE WHEN ? = 1 THEN refusals + 1 ELSE 0 END,"
        " failing_since = CASE WHEN fails = 0 THEN ? ELSE failing_since END"
        " WHERE no = ? AND attempt = ? AND id = ? AND told < last",
        (due, int(clear), int(refused), now, one.no, one.attempt, one.id),
    )
    return noted > 0


def break_lane(cursor: Cursor, no: int, at: int) -> bool:
    """Mark a lane as broken; return whether it was not before."""
    return (
        cursor.run("UPDATE lane SET broken_at = ? WHERE no = ? AND broken_at IS NULL", (at, no)) > 0
    )


def cap(cursor: Cursor, no: int, until: int) -> bool:
    """Let the lane be told nothing before *until*; return whether that is new."""
    capped = cursor.run(
        "UPDATE lane SET capped_until = ? WHERE no = ? AND capped_until < ?", (until, no, until)
    )
    return capped > 0


def sent_since(cursor: Cursor, no: int, moment: int) -> list[int]:
    """Return when each message arrived that the lane sent after the steady *moment*."""
    rows = cursor.rows(
        "SELECT steady FROM delivery WHERE lane_no = ? AND state = 'sent' AND steady > ?"
        " ORDER BY steady",
        (no, moment),
    )
    return [row[0] for row in rows]


def move(cursor: Cursor, one: Lane, told: int) -> bool:
    """Pass everything up to *told* without a word; return whether nothing else moved it."""
    moved = cursor.run(
        "UPDATE lane SET told = ?, doubt = 0 WHERE no = ? AND told = ? AND attempt = ?",
        (told, one.no, one.told, one.attempt),
    )
    return moved > 0


def log_delivery(
    cursor: Cursor, one: Lane, span: tuple[int, int], moment: Moment, state: str
) -> None:
    """Write that the message about notifications *span* was `sent` or given up (`dead`)."""
    cursor.run(
        "INSERT INTO delivery (id, lane_no, first, last, steady, at, state)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (one.id, one.no, *span, moment.steady, moment.at, state),
    )


def log_attempt(
    cursor: Cursor, one: Lane, moment: Moment, worker: str, taken: tuple[int, str]
) -> bool:
    """Write one try: *taken* is how long it took in milliseconds, and how it ended.

    Return whether that was not written yet: a transaction may run again after its commit.
    """
    written = cursor.run(
        "INSERT INTO attempt (lane_no, id, n, steady, at, worker, ms, outcome)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (lane_no, n) DO NOTHING",
        (one.no, one.id, one.attempt, moment.steady, moment.at, worker, *taken),
    )
    return written > 0


def is_lost_already(cursor: Cursor, one: Lane) -> bool:
    """Return whether a dead letter was written since the lane began to fail."""
    row = cursor.row(
        "SELECT 1 FROM delivery WHERE lane_no = ? AND state = 'dead' AND steady >= ? LIMIT 1",
        (one.no, one.failing_since),
    )
    return row is not None


def _lane(row: Row) -> Lane:
    no, told, last, id_, attempt, doubt, due, said, step, fails, refusals, *failing = row
    failing_since, capped_until, broken = failing
    return Lane(
        no=no,
        told=told,
        last=last,
        id=id_,
        attempt=attempt,
        doubt=doubt,
        due=due,
        said=said,
        step=step,
        fails=fails,
        refusals=refusals,
        failing_since=failing_since,
        capped_until=capped_until,
        broken=bool(broken),
    )
