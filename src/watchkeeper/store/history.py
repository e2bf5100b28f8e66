"""History: the transitions of every subject, and what was seen at each."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from watchkeeper.core.status import Standing, Status
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.replica import marks

EVIDENCE_BYTES = 8_192
KEPT_FAILURES = 20


OF_REPLICA = "kind IN ('replica', 'standing', 'source', 'left')"
"""What is true of the rows of transitions that have a replica as their subject."""


class Transition(NamedTuple):
    """A change of the status of a subject, or of something else about a replica.

    *kind* is `page`, `service`, `node` or `replica` for a status; `standing` for what stands
    behind that of a replica; `source` where one of its voices is listened for no more; `left`
    where it left the page, with its last status.
    """

    kind: str
    subject_no: int
    old: Status | Standing
    new: Status | Standing
    reason_code: str = ""
    evidence_no: int | None = None


class Evidence(NamedTuple):
    """What was seen of a replica at the wall moment *at*, and what that was taken for."""

    replica_no: int
    at: int
    status: Status
    reason_code: str
    body: str


def leaving(replica_no: int, last: Status, why: str) -> Transition:
    """Return the transition of a replica that leaves the page; *why* is its reason code."""
    return Transition("left", replica_no, last, Status.UNDECIDED, why)


def add_evidence(cursor: Cursor, seen: Evidence) -> int:
    """Keep what was seen, capped, and return its number.

    Only the last 20 failures are kept, and the first success after each.
    """
    whole = seen.body.replace("\0", "")  # PostgreSQL takes none, and scripts do print them
    capped = whole.encode(errors="replace")[:EVIDENCE_BYTES].decode(errors="ignore")
    row = cursor.one(
        "INSERT INTO evidence (replica_no, at, status, reason_code, body)"
        " VALUES (?, ?, ?, ?, ?) RETURNING no",
        seen._replace(body=capped),
    )
    cursor.run(
        "DELETE FROM evidence WHERE replica_no = ? AND no < (SELECT no FROM evidence"
        " WHERE replica_no = ? AND status <> 0 ORDER BY no DESC LIMIT 1 OFFSET ?)",
        (seen.replica_no, seen.replica_no, KEPT_FAILURES - 1),
    )
    return int(row[0])


def ends_with_failure(cursor: Cursor, replica_no: int) -> bool:
    """Return whether the newest evidence of a replica is that of a failure."""
    row = cursor.row(
        "SELECT status FROM evidence WHERE replica_no = ? ORDER BY no DESC LIMIT 1", (replica_no,)
    )
    return row is not None and row[0] != Status.HEALTHY


def add(
    cursor: Cursor, page_no: int, revision: int, moment: tuple[int, int], new: Sequence[Transition]
) -> None:
    """Write transitions that happened at *moment*, steady and wall, under *revision*."""
    steady, at = moment
    cursor.run_many(
        "INSERT INTO transition (page_no, revision, kind, subject_no, old, new, steady, at,"
        " reason_code, evidence_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (page_no, revision, one.kind, one.subject_no, one.old, one.new, steady, at, *one[4:])
            for one in new
        ],
    )


def origins(cursor: Cursor, replica_nos: Collection[int]) -> dict[int, Status]:
    """Return which status each of the replicas had before the one that it has now."""
    rows = cursor.rows(
        "SELECT subject_no, old FROM transition WHERE no IN (SELECT MAX(no) FROM transition"
        f" WHERE kind = 'replica' AND subject_no IN ({marks(replica_nos)}) GROUP BY subject_no)",
        sorted(replica_nos),
    )
    return {no: Status(old) for no, old in rows}


def add_blind(cursor: Cursor, page_no: int, span_at: tuple[int, int], why: str) -> None:
    """Write that the monitor saw nothing between two wall times; it is kept from now on."""
    since_at, until_at = span_at
    known = cursor.row(
        "SELECT 1 FROM blind WHERE page_no = ? AND since_at = ? AND until_at = ?",
        (page_no, since_at, until_at),
    )
    if known:
        return
    cursor.run(
        "INSERT INTO blind (page_no, since_at, until_at, why, steady)"
        " SELECT no, ?, ?, ?, steady FROM page WHERE no = ?",
        (since_at, until_at, why, page_no),
    )
