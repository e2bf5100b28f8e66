"""Members: the replicas whose trouble an alert is, from when to when."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from watchkeeper.core.alert import Advance, Member
from watchkeeper.core.name import NodeName, ReplicaName
from watchkeeper.core.status import Status
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.trouble import IN_OPEN, IS_HELD, NAMES, ORDER, Those

_MEMBER = "m.died, m.dead_at, m.reason_code, m.status"
_PLACE = (
    "SELECT s.position * 17592186044416 + n.position * 16777216 + r.position"  # 2^44, 2^24
    f"{NAMES} WHERE r.no = ?"
)


class MemberRow(NamedTuple):
    """A member with its replica's number; while *is_held* nothing is said of it."""

    replica_no: int
    member: Member
    is_held: bool


def of_open(cursor: Cursor, page_no: int, those: Those) -> dict[int, list[MemberRow]]:
    """Return who among *those* is in an open alert now, by its number, in the order of the page.

    Each has its present name, and the one that it died under where that was another.
    """
    begins, names, nos = those
    rows = cursor.rows(
        f"{begins}SELECT m.alert_no, m.replica_no, {IS_HELD}, m.service, m.node, m.replica,"
        f" s.key, n.key, r.key, {_MEMBER}{names}"
        f" JOIN alert_member m ON m.replica_no = r.no WHERE m.back IS NULL AND {IN_OPEN}{ORDER}",
        (*nos, page_no),
    )
    found: dict[int, list[MemberRow]] = {}
    for alert_no, replica_no, is_held, *names_and_death in rows:
        was, member = ReplicaName(*names_and_death[:3]), _member(names_and_death[3:])
        if was != member.replica:
            member = replace(member, was=was)
        kept = MemberRow(replica_no, member, bool(is_held))
        found.setdefault(alert_no, []).append(kept)
    return found


def at(cursor: Cursor, alert_no: int | None, moment: int) -> tuple[Member, ...]:
    """Return who was in the alert right after the decision of the steady *moment*.

    Each has the name that it died under, and the place that it had on the page then: what is
    said of a moment does not change later, though who is flushed comes back in another place.
    """
    rows = cursor.rows(
        f"SELECT m.service, m.node, m.replica, {_MEMBER} FROM alert_member m"
        " WHERE m.alert_no = ? AND m.died <= ? AND (m.back IS NULL OR m.back > ?)"
        " ORDER BY m.place, m.replica_no",
        (alert_no, moment, moment),
    )
    return tuple(map(_member, rows))


class Stepped(NamedTuple):
    """How the alert with the number *alert_no* went on, and the *numbers* of its replicas."""

    alert_no: int
    step: Advance
    numbers: Mapping[ReplicaName, int]


def save(cursor: Cursor, news: Collection[Stepped]) -> None:
    """Write who left and who joined each alert. Who turned does both."""
    cursor.run_many(
        "UPDATE alert_member SET back = ?, back_at = ?"
        " WHERE alert_no = ? AND replica_no = ? AND back IS NULL",
        [
            (gone.back, gone.back_at, one.alert_no, one.numbers[gone.member.replica])
            for one in news
            for gone in one.step.back
        ],
    )
    cursor.run_many(
        "INSERT INTO alert_member (alert_no, replica_no, service, node, replica, status, died,"
        f" dead_at, reason_code, place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ({_PLACE}))",
        [
            (
                one.alert_no,
                one.numbers[died.replica],
                *died.replica,
                int(died.status),
                died.died,
                died.dead_at,
                died.reason_code,
                one.numbers[died.replica],
            )
            for one in news
            for died in one.step.died
        ],
    )


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


def told_nodes(cursor: Cursor, page_no: int, told: int) -> list[NodeName]:
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
    return [NodeName(*row) for row in rows]


def _member(row: Sequence[Any]) -> Member:
    *name, died, dead_at, reason_code, status = row
    return Member(
        replica=ReplicaName(*name),
        died=died,
        dead_at=dead_at,
        reason_code=reason_code,
        status=Status(status),
    )
