"""Alerts: which are open, and how each went on."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from watchkeeper.core.alert import Alert
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import AlertOn
from watchkeeper.store import member
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.member import MemberRow
from watchkeeper.store.trouble import EVERYBODY, HELD, NAMES, SUBJECT, few

_ALERT = "a.subject, a.opened, a.opened_at, a.seq, a.reminders, a.reminded"


class OpenAlert(NamedTuple):
    """An open alert with its row's number and the replica number of each member.

    *held* are the members of whom nothing is said now.
    """

    no: int
    subject_no: int
    alert: Alert
    replica_nos: dict[ReplicaName, int]
    held: frozenset[ReplicaName] = frozenset()


def open_alerts(cursor: Cursor, page_no: int) -> list[tuple[AlertOn, OpenAlert]]:
    """Return every open alert of the page with those who are its members now."""
    rows = cursor.rows(
        f"SELECT a.kind, 0, a.no, a.subject_no, {_ALERT} FROM alert a"
        " WHERE a.page_no = ? AND a.closed_at IS NULL ORDER BY a.no",
        (page_no,),
    )
    members = member.of_open(cursor, page_no, EVERYBODY)
    return [(AlertOn(kind), _open(rest, members)) for kind, *rest in rows]


def of_replicas(
    cursor: Cursor, page_no: int, alert_on: AlertOn, replica_nos: Collection[int]
) -> list[OpenAlert]:
    """Return the open alerts about whatever *replica_nos* belong to, gone replicas too.

    Of the members of each only those among *replica_nos* are read, so that in a storm each
    decision costs what it changes and not what has died before it.
    """
    those = few(replica_nos)
    begins, names, nos = those
    # The plus keeps PostgreSQL from going through all the dead for each alert.
    rows = cursor.rows(
        f"{begins}SELECT EXISTS (SELECT 1 FROM alert_member m WHERE m.alert_no = a.no"
        " AND +m.back IS NULL AND m.replica_no NOT IN (SELECT no FROM few)),"
        f" a.no, a.subject_no, {_ALERT} FROM alert a"
        " WHERE a.page_no = ? AND a.closed_at IS NULL AND a.kind = ?"
        f" AND a.subject_no IN (SELECT {SUBJECT[alert_on]}{names}) ORDER BY a.no",
        (*nos, page_no, str(alert_on)),
    )
    members = member.of_open(cursor, page_no, those)
    return [_open(row, members) for row in rows]


def _open(row: Sequence[Any], members: dict[int, list[MemberRow]]) -> OpenAlert:
    has_others, no, subject_no, *alert = row
    mine = members.get(no, [])
    return OpenAlert(
        no,
        subject_no,
        replace(
            _alert(alert),
            members=tuple(one.member for one in mine),
            has_others=bool(has_others),
        ),
        {one.member.replica: one.replica_no for one in mine},
        frozenset(one.member.replica for one in mine if one.is_held),
    )


def open_about(cursor: Cursor, alert_on: AlertOn, replica_no: int) -> tuple[int, Alert] | None:
    """Return the open alert about what the replica belongs to, and the number of its row.

    Its members are left out.
    """
    row = cursor.row(
        f"SELECT a.no, {_ALERT} FROM alert a WHERE a.closed_at IS NULL AND a.kind = ?"
        f" AND a.subject_no = (SELECT {SUBJECT[alert_on]}{NAMES} WHERE r.no = ?)",
        (str(alert_on), replica_no),
    )
    return (row[0], _alert(row[1:])) if row else None


def without_members(cursor: Cursor, page_no: int) -> dict[int, Alert]:
    """Return the open alerts of the page by the number of the row, but not who is in them.

    Those are left out of whose members nothing is said now.
    """
    # One by one, and with a plus, for the same reason as in `of_replicas`.
    rows = cursor.rows(
        f"SELECT a.no, {_ALERT} FROM alert a WHERE a.page_no = ? AND a.closed_at IS NULL"
        f" AND (SELECT 1{NAMES} JOIN alert_member m ON m.replica_no = r.no"
        f" WHERE m.alert_no = a.no AND +m.back IS NULL AND NOT {HELD} LIMIT 1) = 1 ORDER BY a.no",
        (page_no,),
    )
    return {row[0]: _alert(row[1:]) for row in rows}


def insert(cursor: Cursor, page_no: int, kind: AlertOn, new: Mapping[int, Alert]) -> dict[int, int]:
    """Write the *new* alerts of one moment by the numbers of their subjects; return their own."""
    if not new:
        return {}
    cursor.run_many(
        "INSERT INTO alert (page_no, kind, subject_no, subject, opened, opened_at, seq,"
        " reminders, reminded) VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)",
        [
            (page_no, str(kind), subject_no, one.subject, one.opened, one.opened_at, one.seq)
            for subject_no, one in new.items()
        ],
    )
    # By their moment, which no other decision has: there may be more than a statement takes values.
    rows = cursor.rows(
        "SELECT subject_no, no FROM alert"
        " WHERE page_no = ? AND kind = ? AND closed_at IS NULL AND opened = ?",
        (page_no, str(kind), next(iter(new.values())).opened),
    )
    return {row[0]: row[1] for row in rows}


def save(cursor: Cursor, gone_on: Iterable[tuple[int, Alert]], at: int) -> None:
    """Write how alerts went on, by their numbers; *at* is the wall time of each end."""
    cursor.run_many(
        "UPDATE alert SET seq = ?, reminders = ?, reminded = ?, closed_at = ?, why_closed = ?"
        " WHERE no = ?",
        [
            (
                one.seq,
                one.reminders,
                one.reminded,
                at if one.closed else None,
                one.closed and str(one.closed),
                no,
            )
            for no, one in sorted(gone_on, key=lambda pair: pair[0])
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
