"""Dossier: all that is kept of one replica, for a person who asks why."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from watchkeeper.core.facts import Kind
from watchkeeper.core.moment import HOUR_MS
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.sighting import Sighting
from watchkeeper.core.status import Standing, Status
from watchkeeper.store import latency, tree
from watchkeeper.store import replica as replica_rows
from watchkeeper.store import sighting as sighting_rows
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.history import OF_REPLICA, Evidence
from watchkeeper.store.latency import Latencies
from watchkeeper.store.replica import ReplicaRow
from watchkeeper.store.tree import Branch

LATENCY_HOURS = 24
_MOST_CHANGES = 5


class TransitionRow(NamedTuple):
    """A transition of a replica: of its status or standing, or one of the other kinds there are."""

    kind: str
    steady: int
    at: int
    old: Status | Standing
    new: Status | Standing
    reason_code: str


class Membership(NamedTuple):
    """The last alert that a replica was in: about what, since when, and until when.

    *died* and *dead_at* are the moment since which its *status* was the one that it has there.
    """

    alert_no: int
    subject: str
    opened_at: int
    closed_at: int | None
    status: Status
    died: int
    dead_at: int
    back: int | None
    back_at: int | None


class Mention(NamedTuple):
    """A notification that is about the replica; *lane_no* where it is for one lane alone."""

    no: int
    kind: Kind
    lane_no: int | None
    steady: int
    at: int


class Delivered(NamedTuple):
    """What a lane made of notification *no*: message *id*, `sent` or given up (`dead`)."""

    no: int
    lane_no: int
    id: str
    at: int
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dossier:
    """What is believed of a replica of *node*, and everything that this comes from.

    *changes* are the newest transitions, the newest first; *failure* is the last one that
    was seen, *success* the first after it. *said* is what there was to say of its last
    alert, *delivered* what became of that; *others* counts who else is dead in open alerts.
    """

    name: ReplicaName
    node: Branch
    row: ReplicaRow
    sightings: Sequence[Sighting]
    changes: Sequence[TransitionRow]
    failure: Evidence | None
    success: Evidence | None
    membership: Membership | None
    said: Sequence[Mention]
    delivered: Sequence[Delivered]
    others: int
    latencies: Latencies


class Found(NamedTuple):
    """A replica that was asked for, by its row."""

    name: ReplicaName
    node_no: int


def find(cursor: Cursor, page_no: int, name: ReplicaName, most: int) -> tuple[list[Found], int]:
    """Return the replica called *name*, or *most* of its node's, and how many there are.

    A name without a replica is that of its node: the worst come first. One that is gone is
    found only by its whole name.
    """
    rows = cursor.rows(
        "SELECT r.key, n.no, COUNT(*) OVER ()"
        " FROM replica r JOIN node n ON n.no = r.node_no JOIN service s ON s.no = n.service_no"
        " WHERE s.page_no = ? AND s.key = ? AND n.key = ?"
        " AND (r.key = ? OR (? = '' AND r.gone_at IS NULL))"
        " ORDER BY r.status DESC, r.standing DESC, r.position, r.no LIMIT ?",
        (page_no, name.service, name.node, name.replica, name.replica, most),
    )
    found = [Found(name._replace(replica=key), no) for key, no, _ in rows]
    return found, rows[0][2] if rows else 0


def names(cursor: Cursor, page_no: int, name: ReplicaName) -> list[str]:
    """Return the nodes of the page, and the replicas of the node that *name* names."""
    nodes = cursor.rows(
        "SELECT s.key, n.key FROM node n JOIN service s ON s.no = n.service_no"
        " WHERE s.page_no = ? AND n.gone_at IS NULL AND s.gone_at IS NULL"
        " ORDER BY s.position, s.no, n.position, n.no",
        (page_no,),
    )
    replicas, _ = find(cursor, page_no, name._replace(replica=""), most=1_000)
    return [f"{service}:{node}" for service, node in nodes] + [str(one.name) for one in replicas]


def read(cursor: Cursor, page_no: int, found: Sequence[Found], at: int) -> list[Dossier]:
    """Return all that is kept of each replica that was *found*, at the wall moment *at*."""
    rows = replica_rows.find(cursor, [_place(one) for one in found])
    hour = at // HOUR_MS * HOUR_MS
    hours = range(hour - LATENCY_HOURS * HOUR_MS, hour + 1, HOUR_MS)
    latencies = latency.of_replicas(cursor, [row.no for row in rows.values()], hours)
    return [
        _dossier(cursor, page_no, one.name, row, latencies[row.no])
        for one in found
        for row in [rows[_place(one)]]
    ]


def _place(found: Found) -> tuple[int, str]:
    return found.node_no, found.name.replica


def _dossier(
    cursor: Cursor, page_no: int, name: ReplicaName, row: ReplicaRow, latencies: Latencies
) -> Dossier:
    failure = _evidence(cursor, row.no, "status <> 0 ORDER BY no DESC")
    success = failure and _evidence(cursor, row.no, "status = 0 AND no > ? ORDER BY no", failure[0])
    membership = _membership(cursor, row.no)
    said = _said(cursor, membership)
    return Dossier(
        name=name,
        node=tree.nodes_by_no(cursor, [row.node_no])[0],
        row=row,
        sightings=[kept.sighting for kept in sighting_rows.of_replicas(cursor, [row.no])],
        changes=_changes(cursor, row.no),
        failure=failure[1] if failure else None,
        success=success[1] if success else None,
        membership=membership,
        said=said,
        delivered=_delivered(cursor, said),
        others=_others(cursor, page_no, row.no),
        latencies=latencies,
    )


def _changes(cursor: Cursor, replica_no: int) -> list[TransitionRow]:
    rows = cursor.rows(
        "SELECT kind, steady, at, old, new, reason_code FROM transition"
        f" WHERE {OF_REPLICA} AND subject_no = ?"
        " ORDER BY no DESC LIMIT ?",
        (replica_no, _MOST_CHANGES),
    )
    return [_change(*row) for row in rows]


def _change(  # noqa: PLR0913, PLR0917 - the columns of a row
    kind: str, steady: int, at: int, old: int, new: int, reason_code: str
) -> TransitionRow:
    if kind == "standing":
        return TransitionRow(kind, steady, at, Standing(old), Standing(new), reason_code)
    return TransitionRow(kind, steady, at, Status(old), Status(new), reason_code)


def _evidence(
    cursor: Cursor, replica_no: int, which: str, *values: int
) -> tuple[int, Evidence] | None:
    row = cursor.row(
        "SELECT no, replica_no, at, status, reason_code, body FROM evidence"
        f" WHERE replica_no = ? AND {which} LIMIT 1",
        (replica_no, *values),
    )
    if row is None:
        return None
    no, _, at, status, reason_code, body = row
    return no, Evidence(replica_no, at, Status(status), reason_code, body)


def _membership(cursor: Cursor, replica_no: int) -> Membership | None:
    row = cursor.row(
        "SELECT a.no, a.subject, a.opened_at, a.closed_at,"
        " m.status, m.died, m.dead_at, m.back, m.back_at"
        " FROM alert_member m JOIN alert a ON a.no = m.alert_no WHERE m.replica_no = ?"
        " ORDER BY m.died DESC LIMIT 1",
        (replica_no,),
    )
    one = Membership(*row) if row else None
    return one and one._replace(status=Status(one.status))


def _said(cursor: Cursor, membership: Membership | None) -> list[Mention]:
    """Return what there was to say of the replica's death and return, and the last reminder."""
    if membership is None:
        return []
    one = membership
    rows = cursor.rows(
        "SELECT no, kind, lane_no, steady, at FROM notification WHERE alert_no = ?"
        " AND ((kind = 'changed' AND steady IN (?, ?)) OR (kind = 'open' AND steady >= ?) OR no ="
        " (SELECT MAX(no) FROM notification"
        " WHERE alert_no = ? AND kind = 'reminder' AND steady >= ?)) ORDER BY no",
        (one.alert_no, one.died, one.back or one.died, one.died, one.alert_no, one.died),
    )
    return [Mention(no, Kind(kind), *rest) for no, kind, *rest in rows]


def _delivered(cursor: Cursor, said: Sequence[Mention]) -> list[Delivered]:
    rows = [
        (one.no, *row)
        for one in said
        for row in cursor.rows(
            "SELECT lane_no, id, at, state FROM delivery WHERE first <= ? AND last >= ?"
            " ORDER BY no",
            (one.no, one.no),
        )
    ]
    return [Delivered(*row) for row in rows]


def _others(cursor: Cursor, page_no: int, replica_no: int) -> int:
    row = cursor.one(
        "SELECT COUNT(*) FROM alert_member m JOIN alert a ON a.no = m.alert_no"
        " WHERE a.page_no = ? AND a.closed_at IS NULL AND m.back IS NULL AND m.replica_no <> ?",
        (page_no, replica_no),
    )
    return int(row[0])
