"""Notifications: what there is to say, numbered in the order in which it was decided."""

from collections.abc import Iterable
from dataclasses import replace
from typing import NamedTuple

from watchkeeper.core import facts as fact
from watchkeeper.core.facts import Facts, Kind
from watchkeeper.core.lane import Notification
from watchkeeper.store import member
from watchkeeper.store.cursor import Cursor

_INCOMPLETE = frozenset({Kind.CHANGED, Kind.REMINDER, Kind.FLAPPING, Kind.STABLE})


class AlertRow(NamedTuple):
    """The number of an alert's row, and the seq of a notification within it."""

    no: int
    seq: int


def insert(
    cursor: Cursor,
    page_no: int,
    facts: Facts,
    *,
    row: AlertRow | None = None,
    lane_no: int | None = None,
) -> None:
    """Write *facts* behind the gate; *row* is that of their alert, *lane_no* who alone hears."""
    insert_all(cursor, page_no, [(facts, row)], lane_no)


def insert_all(
    cursor: Cursor,
    page_no: int,
    said: Iterable[tuple[Facts, AlertRow | None]],
    lane_no: int | None = None,
) -> None:
    """Write all that is *said* behind the gate, in this order, each with the row of its alert."""
    cursor.run_many(
        "INSERT INTO notification (page_no, alert_no, lane_no, seq, kind, steady, at, facts)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                page_no,
                row.no if row else None,
                lane_no,
                row.seq if row else 0,
                str(facts.kind),
                facts.steady,
                facts.at,
                fact.dump(facts),
            )
            for facts, row in said
        ],
    )


def after(cursor: Cursor, page_no: int, told: int, lane_no: int) -> list[Notification]:
    """Return what a lane that has told everything up to *told* has yet to tell."""
    rows = cursor.rows(
        "SELECT no, facts, alert_no FROM notification"
        " WHERE page_no = ? AND no > ? AND (lane_no IS NULL OR lane_no = ?) ORDER BY no",
        (page_no, told, lane_no),
    )
    return [Notification(no, fact.parse(text), alert_no) for no, text, alert_no in rows]


def complete(cursor: Cursor, one: Notification) -> Facts | None:
    """Return the facts of *one* with everybody who was dead at its moment.

    The members are in the order that the page had when they died.
    """
    if one.facts is None or one.facts.kind not in _INCOMPLETE:
        return one.facts
    moment = one.facts.steady
    return replace(one.facts, dead=member.at(cursor, one.alert_no, moment))


def lost(cursor: Cursor, lane_no: int, alerts: Iterable[tuple[str, int]]) -> list[Facts]:
    """Return the facts about *alerts* that this lane gave up to tell, in dead letters."""
    wanted = set(alerts)
    if not wanted:
        return []
    rows = cursor.rows(
        "SELECT DISTINCT n.no, n.facts FROM notification n JOIN delivery d"
        " ON d.lane_no = ? AND d.state = 'dead' AND n.no BETWEEN d.first AND d.last"
        " WHERE n.alert_no IS NOT NULL AND (n.lane_no IS NULL OR n.lane_no = ?) ORDER BY n.no",
        (lane_no, lane_no),
    )
    parsed = (fact.parse(text) for _, text in rows)
    return [facts for facts in parsed if facts.alert in wanted]


def newest(cursor: Cursor, page_no: int) -> int:
    """Return the number of the newest notification, 0 where there is none."""
    row = cursor.one("SELECT COALESCE(MAX(no), 0) FROM notification WHERE page_no = ?", (page_no,))
    return int(row[0])


def last_said(cursor: Cursor, page_no: int, kind: Kind) -> int:
    """Return the steady moment of the newest notification of *kind*, 0 where there is none."""
    row = cursor.one(
        "SELECT COALESCE(MAX(steady), 0) FROM notification WHERE page_no = ? AND kind = ?",
        (page_no, str(kind)),
    )
    return int(row[0])


def is_said(cursor: Cursor, page_no: int, kind: Kind, at: int) -> bool:
    """Return whether a notification of *kind* from the wall moment *at* is written already."""
    row = cursor.row(
        "SELECT 1 FROM notification WHERE page_no = ? AND kind = ? AND at = ?",
        (page_no, str(kind), at),
    )
    return row is not None
