"""Replicas: what is believed of each, and who registered it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from watchkeeper.core.flap import STILL, Flap
from watchkeeper.core.status import Standing, Status
from watchkeeper.store.cursor import Cursor, Row

_COLUMNS = (
    "no, node_no, key, position, owner, status, standing, reason_code, since_at, gone_at, "
    "flaps, flapping"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplicaRow:
    """A replica's row; *since_at* and *gone_at* are wall milliseconds."""

    no: int
    node_no: int
    key: str
    position: int = 0
    owner: str = "report"
    status: Status = Status.HEALTHY
    standing: Standing = Standing.PENDING
    reason_code: str = ""
    since_at: int = 0
    gone_at: int | None = None
    flap: Flap = STILL


class Headcount(NamedTuple):
    """How many replicas of a node are there, and how many have gone."""

    living: int
    gone: int


def find(cursor: Cursor, wanted: Iterable[tuple[int, str]]) -> dict[tuple[int, str], ReplicaRow]:
    """Return the rows, gone ones too, of the *wanted* pairs of node number and key."""
    pairs = sorted(set(wanted))
    if not pairs:
        return {}
    values = ", ".join("(CAST(? AS BIGINT), ?)" for _ in pairs)
    rows = cursor.rows(
        f"SELECT {_COLUMNS} FROM replica WHERE (node_no, key) IN (VALUES {values})",
        [part for pair in pairs for part in pair],
    )
    found = [of_row(row) for row in rows]
    return {(one.node_no, one.key): one for one in found}


def by_no(cursor: Cursor, nos: Collection[int]) -> dict[int, ReplicaRow]:
    """Return the rows with the numbers *nos*, by number."""
    rows = cursor.rows(f"SELECT {_COLUMNS} FROM replica WHERE no IN ({marks(nos)})", sorted(nos))
    return {row[0]: of_row(row) for row in rows}


def register(cursor: Cursor, new: ReplicaRow, revision: int) -> ReplicaRow | None:
    """Return the row of *new*, registered or revived as the last of its node, or None.

    There is none where the node is gone: whoever reports had not heard of that yet.
    """
    if cursor.row("SELECT 1 FROM node WHERE no = ? AND gone_at IS NULL", (new.node_no,)) is None:
        return None
    row = cursor.one(
        "INSERT INTO replica (node_no, key, position, owner, status, standing, reason_code,"
        " since_at, revision) VALUES (?, ?, (SELECT COALESCE(MAX(position), -1) + 1 FROM replica"
        " WHERE node_no = ?), ?, 0, ?, '', ?, ?) ON CONFLICT (node_no, key) DO UPDATE SET"
        " position = excluded.position, owner = excluded.owner, status = 0,"
        " standing = excluded.standing, reason_code = '', since_at = excluded.since_at,"
        " revision = excluded.revision, gone_at = NULL, flaps = '', flapping = 0"
        f" RETURNING {_COLUMNS}",
        (new.node_no, new.key, new.node_no, new.owner, new.standing, new.since_at, revision),
    )
    return of_row(row)


def count_of_node(cursor: Cursor, node_no: int) -> Headcount:
    """Return how many replicas the node has."""
    everybody, gone = cursor.one(
        "SELECT COUNT(*), COUNT(gone_at) FROM replica WHERE node_no = ?", (node_no,)
    )
    return Headcount(everybody - gone, gone)


def count(cursor: Cursor) -> int:
    """Return how many living replicas there are."""
    row = cursor.one("SELECT COUNT(*) FROM replica WHERE gone_at IS NULL")
    return int(row[0])


def save(cursor: Cursor, replicas: Sequence[ReplicaRow], revision: int) -> None:
    """Write what is believed of *replicas*; followers read them again at *revision*."""
    cursor.run_many(
        "UPDATE replica SET status = ?, standing = ?, reason_code = ?, since_at = ?, revision = ?,"
        " gone_at = ?, position = ?, owner = ?, flaps = ?, flapping = ? WHERE no = ?",
        [
            (*_values(r), revision, r.gone_at, r.position, r.owner, *_flap(r), r.no)
            for r in sorted(replicas, key=lambda r: r.no)
        ],
    )


def worst_by_node(cursor: Cursor, node_nos: Collection[int]) -> dict[int, Status]:
    """Return the worst status of the replicas of each node; nodes without any are left out."""
    rows = cursor.rows(
        "SELECT node_no, MAX(status) FROM replica"
        f" WHERE gone_at IS NULL AND node_no IN ({marks(node_nos)}) GROUP BY node_no",
        sorted(node_nos),
    )
    return {no: Status(status) for no, status in rows}


def blind_for(cursor: Cursor, page_no: int, reason_code: str, most: int) -> int:
    """Return how many replicas of the page are blind for *reason_code*; *most* where more are."""
    row = cursor.one(
        "SELECT COUNT(*) FROM (SELECT 1 FROM replica r JOIN node n ON n.no = r.node_no"
        " JOIN service s ON s.no = n.service_no WHERE s.page_no = ? AND r.gone_at IS NULL"
        " AND r.standing = ? AND r.reason_code = ? LIMIT ?) found",
        (page_no, Standing.BLIND, reason_code, most),
    )
    return int(row[0])


def marks(values: Collection[object]) -> str:
    """Return as many `?` as there are *values*, for an IN list; for none, what nothing equals."""
    return ", ".join("?" * len(values)) or "NULL"


def _values(one: ReplicaRow) -> tuple[int | str, ...]:
    return one.status, one.standing, one.reason_code, one.since_at


def _flap(one: ReplicaRow) -> tuple[str, int]:
    return " ".join(map(str, one.flap.moments)), one.flap.since


def changed(cursor: Cursor, page_no: int, after: int) -> list[ReplicaRow]:
    """Return the replicas of the page that changed after revision *after*, gone ones too."""
    # The plus keeps PostgreSQL from going through all nodes for the few replicas that changed.
    rows = cursor.rows(
        f"SELECT {columns('r')} FROM replica r JOIN node n ON n.no = +r.node_no"
        " JOIN service s ON s.no = n.service_no WHERE s.page_no = ? AND r.revision > ?",
        (page_no, after),
    )
    return [of_row(row) for row in rows]


def columns(table: str) -> str:
    """Return the columns that `of_row` reads, for a query that calls the rows *table*."""
    return ", ".join(f"{table}.{name}" for name in _COLUMNS.split(", "))


def of_row(row: Row) -> ReplicaRow:
    """Return the replica whose `columns` *row* holds."""
    (no, node_no, key, position, owner, status, standing, reason_code, since_at, gone_at) = row[:10]
    flaps, flapping = row[10:]
    return ReplicaRow(
        no=no,
        node_no=node_no,
        key=key,
        position=position,
        owner=owner,
        status=Status(status),
        standing=Standing(standing),
        reason_code=reason_code,
        since_at=since_at,
        gone_at=gone_at,
        flap=Flap(tuple(map(int, flaps.split())), flapping),
    )


def add(cursor: Cursor, new: Sequence[ReplicaRow], revision: int) -> None:
    """Write many replicas that were never there."""
    cursor.run_many(
        "INSERT INTO replica (node_no, key, position, owner, status, standing, reason_code,"
        " since_at, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(one.node_no, one.key, one.position, one.owner, *_values(one), revision) for one in new],
    )


def of_page(cursor: Cursor, page_no: int) -> list[ReplicaRow]:
    """Return all replicas of the page, gone ones too."""
    return changed(cursor, page_no, -1)
