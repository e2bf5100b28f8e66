"""Alerts and their members, and who is in trouble."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from watchkeeper.core.alert import Advance, Alert, Member, Trouble
from watchkeeper.core.plan import AlertOn, NodeName
from watchkeeper.core.report import ReplicaName
from watchkeeper.core.status import Status, worst
from watchkeeper.store.cursor import Cursor, Row

_NAMES = " FROM replica r JOIN node n ON n.no = r.node_no JOIN service s ON s.no = n.service_no"
_MEMBER = "m.died, m.dead_at, m.reason_code, m.status"
_ALERT = "subject, opened, opened_at, seq, reminders, reminded"
_PLACE = (
    "SELECT s.position * 17592186044416 + n.position * 16777216 + r.position"  # 2^44, 2^24
    f"{_NAMES} WHERE r.no = ?"
)
_ORDER = " ORDER BY s.position, s.no, n.position, n.no, r.position, r.no"
_LIVING = "r.gone_at IS NULL AND n.gone_at IS NULL AND s.gone_at IS NULL"
_HELD = f"({_LIVING} AND (r.flapping > 0 OR n.maintained_until_at > 0))"
_IS_HELD = f"CASE WHEN {_HELD} THEN 1 ELSE 0 END"
_SUBJECT = {
    AlertOn.PAGE: "s.page_no",
    AlertOn.SERVICE: "s.no",
    AlertOn.NODE: "n.no",
    AlertOn.REPLICA: "r.no",
}


class Victim(NamedTuple):
    """A replica in trouble, and the number of the subject whose trouble it is.

    While *is_held* nothing is said of it: it flaps, or is under maintenance.
    """

    subject_no: int
    replica_no: int
    name: ReplicaName
    trouble: Trouble
    is_held: bool


class OpenAlert(NamedTuple):
    """An open alert with its row's number and the replica number of each member.

    *held* are the members of whom nothing is said now.
    """

    no: int
    subject_no: int
    alert: Alert
    replica_nos: dict[ReplicaName, int]
    held: frozenset[ReplicaName] = frozenset()


def victims(cursor: Cursor, page_no: int, alert_on: AlertOn, trouble_from: Status) -> list[Victim]:
    """Return all replicas of the page that are as bad as *trouble_from* or worse, in its order."""
    rows = cursor.rows(
        f"SELECT {_SUBJECT[alert_on]}, r.no, {_IS_HELD}, r.reason_code, r.status,"
        " s.key, n.key, r.key"
        f"{_NAMES} WHERE r.status > 0 AND r.status >= ? AND +s.page_no = ? AND {_LIVING}{_ORDER}",
        (int(trouble_from), page_no),
    )
    return [
        Victim(subject_no, no, ReplicaName(*name), Trouble(code, Status(status)), bool(is_held))
        for subject_no, no, is_held, code, status, *name in rows
    ]


def said_status(cursor: Cursor, page_no: int) -> Status:
    """Return the page's status as it may be said: of who is held, what was said last."""
    # The plus keeps SQLite from going through all of the page: trouble is rare, and indexed.
    free = cursor.row(
        f"SELECT COALESCE(MAX(r.status), 0){_NAMES}"
        f" WHERE r.status > 0 AND +s.page_no = ? AND {_LIVING} AND NOT {_HELD}",
        (page_no,),
    )
    frozen = cursor.row(
        f"SELECT COALESCE(MAX(m.status), 0){_NAMES} JOIN alert_member m ON m.replica_no = r.no"
        " JOIN alert a ON a.no = m.alert_no"
        f" WHERE a.page_no = ? AND a.closed_at IS NULL AND m.back IS NULL AND {_HELD}",
        (page_no,),
    )
    return worst(Status(row[0]) for row in (free, frozen) if row)


def open_alerts(cursor: Cursor, page_no: int) -> list[tuple[AlertOn, OpenAlert]]:
    """Return every open alert of the page with those who are its members now."""
    rows = cursor.rows(
        f"SELECT no, kind, subject_no, {_ALERT} FROM alert"
        " WHERE page_no = ? AND closed_at IS NULL ORDER BY no",
        (page_no,),
    )
    members = _members(cursor, page_no)
    return [(AlertOn(row[1]), _open(row, members.get(row[0], []))) for row in rows]


def members_at(cursor: Cursor, no: int | None, moment: int) -> tuple[Member, ...]:
    """Return who was in alert *no* right after the decision of the steady *moment*.

    Each has the name that it died under, and the place that it had on the page then: what is
    said of a moment does not change later, though who is flushed comes back in another place.
    """
    rows = cursor.rows(
        f"SELECT m.service, m.node, m.replica, {_MEMBER} FROM alert_member m"
        " WHERE m.alert_no = ? AND m.died <= ? AND (m.back IS NULL OR m.back > ?)"
        " ORDER BY m.place, m.replica_no",
        (no, moment, moment),
    )
    return tuple(map(_member, rows))


def troubled_nodes(cursor: Cursor, page_no: int, moment: int) -> list[tuple[NodeName, Status]]:
    """Return each node with a member in any alert at the steady *moment*, and its status."""
    rows = cursor.rows(
        "SELECT m.service, m.node, MAX(m.status)"
        " FROM alert_member m JOIN alert a ON a.no = m.alert_no"
        " WHERE a.page_no = ? AND m.died <= ? AND (m.back IS NULL OR m.back > ?)"
        " GROUP BY m.service, m.node",
        (page_no, moment, moment),
    )
    return [(NodeName(service, node), Status(status)) for service, node, status in rows]


def _member(row: Sequence[Any]) -> Member:
    *name, died, dead_at, reason_code, status = row
    return Member(
        replica=ReplicaName(*name),
        died=died,
        dead_at=dead_at,
        reason_code=reason_code,
        status=Status(status),
    )


class _Kept(NamedTuple):
    replica_no: int
    member: Member
    is_held: bool


def _members(cursor: Cursor, page_no: int) -> dict[int, list[_Kept]]:
    rows = cursor.rows(
        f"SELECT m.alert_no, m.replica_no, {_IS_HELD}, s.key, n.key, r.key, {_MEMBER}"
        f"{_NAMES} JOIN alert_member m ON m.replica_no = r.no JOIN alert a ON a.no = m.alert_no"
        " WHERE a.page_no = ? AND a.closed_at IS NULL AND m.back IS NULL"
        f"{_ORDER}",
        (page_no,),
    )
    found: dict[int, list[_Kept]] = {}
    for alert_no, replica_no, is_held, *member in rows:
        kept = _Kept(replica_no, _member(member), bool(is_held))
        found.setdefault(alert_no, []).append(kept)
    return found


def _open(row: Row, members: list[_Kept]) -> OpenAlert:
    no, _, subject_no, *alert = row
    return OpenAlert(
        no,
        subject_no,
        replace(_alert(alert), members=tuple(one.member for one in members)),
        {one.member.replica: one.replica_no for one in members},
        frozenset(one.member.replica for one in members if one.is_held),
    )


def _alert(row: Sequence[Any]) -> Alert:
    subject, opened, opened_at, seq, reminders, reminded = row
    return Alert(
        subject=subject,
        opened=opened,
        opened_at=opened_at,
        seq=seq,
        reminders=reminders,
        reminded=reminded,
    )


def open_about(cursor: Cursor, alert_on: AlertOn, replica_no: int) -> tuple[int, Alert] | None:
    """Return the open alert about what the replica belongs to, and the number of its row.

    Its members are left out.
    """
    row = cursor.row(
        f"SELECT no, {_ALERT} FROM alert WHERE closed_at IS NULL AND kind = ?"
        f" AND subject_no = (SELECT {_SUBJECT[alert_on]}{_NAMES} WHERE r.no = ?)",
        (str(alert_on), replica_no),
    )
    return (row[0], _alert(row[1:])) if row else None


def without_members(cursor: Cursor, page_no: int) -> dict[int, Alert]:
    """Return the open alerts of the page by the number of the row, but not who is in them.

    Those are left out of whose members nothing is said now.
    """
    rows = cursor.rows(
        f"SELECT a.no, {_ALERT} FROM alert a WHERE a.page_no = ? AND a.closed_at IS NULL"
        f" AND EXISTS (SELECT 1{_NAMES} JOIN alert_member m ON m.replica_no = r.no"
        f" WHERE m.alert_no = a.no AND m.back IS NULL AND NOT {_HELD}) ORDER BY a.no",
        (page_no,),
    )
    return {row[0]: _alert(row[1:]) for row in rows}


def insert(cursor: Cursor, page_no: int, kind: AlertOn, subject_no: int, alert: Alert) -> int:
    """Write a new *alert* and return its number."""
    row = cursor.row(
        "INSERT INTO alert (page_no, kind, subject_no, subject, opened, opened_at, seq,"
        " reminders, reminded) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0) RETURNING no",
        (page_no, str(kind), subject_no, alert.subject, alert.opened, alert.opened_at, alert.seq),
    )
    if row is None:
        raise AssertionError("an insert that returns gives a row")
    return int(row[0])


def save(cursor: Cursor, no: int, alert: Alert, at: int) -> None:
    """Write how alert *no* went on; *at* is the wall time of its end, if it ended."""
    cursor.run(
        "UPDATE alert SET seq = ?, reminders = ?, reminded = ?, closed_at = ?, why_closed = ?"
        " WHERE no = ?",
        (
            alert.seq,
            alert.reminders,
            alert.reminded,
            at if alert.closed else None,
            alert.closed and str(alert.closed),
            no,
        ),
    )


def save_members(
    cursor: Cursor, no: int, step: Advance, replica_nos: dict[ReplicaName, int]
) -> None:
    """Write who left and who joined alert *no*; who turned does both."""
    cursor.run_many(
        "UPDATE alert_member SET back = ?, back_at = ?"
        " WHERE alert_no = ? AND replica_no = ? AND back IS NULL",
        [(one.back, one.back_at, no, replica_nos[one.member.replica]) for one in step.back],
    )
    cursor.run_many(
        "INSERT INTO alert_member (alert_no, replica_no, service, node, replica, status, died,"
        f" dead_at, reason_code, place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ({_PLACE}))",
        [
            (
                no,
                replica_nos[one.replica],
                *one.replica,
                int(one.status),
                one.died,
                one.dead_at,
                one.reason_code,
                replica_nos[one.replica],
            )
            for one in step.died
        ],
    )


def told_and_open(cursor: Cursor, page_no: int, told: int) -> bool:
    """Return whether an alert is open whose first notification is not after *told*."""
    row = cursor.row(
        "SELECT 1 FROM alert a WHERE a.page_no = ? AND a.closed_at IS NULL AND"
        " (SELECT n.no FROM notification n WHERE n.alert_no = a.no AND n.seq = 1) <= ? LIMIT 1",
        (page_no, told),
    )
    return row is not None


def told_nodes(cursor: Cursor, page_no: int, told: int) -> list[tuple[str, str]]:
    """Return each node with an open member that was one at notification *told*, too.

    One that turned since then was one with another status, in another row.
    """
    last = cursor.row(
        "SELECT steady FROM notification WHERE page_no = ? AND no <= ? ORDER BY no DESC LIMIT 1",
        (page_no, told),
    )
    moment = last[0] if last else 0
    rows = cursor.rows(
        "SELECT DISTINCT m.service, m.node FROM alert a JOIN alert_member m ON m.alert_no = a.no"
        " JOIN alert_member t ON t.alert_no = m.alert_no AND t.replica_no = m.replica_no"
        " WHERE a.page_no = ? AND a.closed_at IS NULL AND m.back IS NULL"
        " AND t.died <= ? AND (t.back IS NULL OR t.back > ?)",
        (page_no, moment, moment),
    )
    return [(service, node) for service, node in rows]


def subject_of(name: ReplicaName, alert_on: AlertOn) -> str:
    """Return the text that names the subject of *alert_on* which *name* belongs to."""
    parts = {AlertOn.PAGE: 0, AlertOn.SERVICE: 1, AlertOn.NODE: 2, AlertOn.REPLICA: 3}[alert_on]
    return ":".join((str(alert_on), *name[:parts]))
