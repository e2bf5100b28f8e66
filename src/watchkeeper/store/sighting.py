"""Sightings: the row that is written most, on the fast path or behind the gate."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from watchkeeper.core.name import ReplicaName
from watchkeeper.core.report import Source, SourceKind
from watchkeeper.core.sighting import Sighting
from watchkeeper.core.status import Status
from watchkeeper.store.cursor import Again, Cursor, Row
from watchkeeper.store.replica import marks

SightingKey = tuple[int, int]
_FIRST = (
    "(CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS TEXT),"
    " CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT), CAST(? AS BIGINT),"
    " CAST(? AS BIGINT))"
)
_NEXT = ", (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SAID = "WITH v(r, s, status, reason, heard, seq, valid, cpu, ram) AS (VALUES {values})"
# It begins with the word UPDATE, for Python's SQLite counts no rows of what begins with WITH.
_SWALLOW = f"""
UPDATE sighting SET heard = v.heard, seq = v.seq, valid_ms = v.valid, cpu = v.cpu, ram = v.ram
  FROM ({_SAID} SELECT * FROM v) AS v
 WHERE replica_no = v.r AND source_no = v.s AND sighting.status = v.status AND streak = 0
   AND reason_code = v.reason AND sighting.heard < v.heard"""
# Asked only where some did not move: each row that a statement returns costs the writer's
# thread a wait for the interpreter. What was heard in the same moment already is as good.
_SWALLOWED = f"""{_SAID}
SELECT replica_no, source_no FROM sighting JOIN v ON replica_no = v.r AND source_no = v.s
 WHERE sighting.status = v.status AND streak = 0 AND reason_code = v.reason
   AND sighting.heard = v.heard"""
_COLUMNS = (
    "g.replica_no, g.source_no, s.kind, s.key, g.status, g.streak, g.reason_code, g.seq,"
    " g.heard, g.valid_ms, g.cpu, g.ram"
)
_NAMED = (
    f"SELECT v.key, n.key, r.key, {_COLUMNS} FROM sighting g"
    " JOIN source s ON s.no = g.source_no JOIN replica r ON r.no = g.replica_no"
    " JOIN node n ON n.no = r.node_no JOIN service v ON v.no = n.service_no"
)


@dataclass(frozen=True, slots=True)
class Kept:
    """A sighting with the numbers of its replica and its source."""

    replica_no: int
    source_no: int
    sighting: Sighting

    @property
    def key(self) -> SightingKey:
        """Return what finds the row."""
        return self.replica_no, self.source_no


class Repeat(NamedTuple):
    """A report that says nothing new about the sighting that its first four fields name."""

    replica_no: int
    source_no: int
    status: int
    reason_code: str
    heard: int
    seq: int
    valid_ms: int
    cpu: int
    ram: int

    @property
    def key(self) -> SightingKey:
        """Return what finds the row."""
        return self.replica_no, self.source_no


def swallow(cursor: Cursor, repeats: Collection[Repeat]) -> set[SightingKey]:
    """Move on the sightings that *repeats* say nothing new about; return which did not move.

    Those are left as they are and must go through the gate.
    """
    rows = sorted(repeats)
    values = list(chain.from_iterable(rows))
    move, moved = _swallowing(len(rows))
    if cursor.run(move, values) == len(rows):
        return set()
    return {one.key for one in rows}.difference(cursor.rows(moved, values))


@lru_cache(maxsize=64)
def _swallowing(count: int) -> tuple[str, str]:
    given = _FIRST + _NEXT * (count - 1)
    return _SWALLOW.format(values=given), _SWALLOWED.format(values=given)


def of_replicas(cursor: Cursor, replica_nos: Collection[int]) -> list[Kept]:
    """Return every sighting of the replicas *replica_nos*."""
    if not replica_nos:
        return []
    rows = cursor.rows(
        f"SELECT {_COLUMNS} FROM sighting g JOIN source s ON s.no = g.source_no"
        f" WHERE g.replica_no IN ({marks(replica_nos)})",
        sorted(replica_nos),
    )
    return [kept(row) for row in rows]


def insert(cursor: Cursor, new: Sequence[Kept]) -> None:
    """Write the first sighting of each source."""
    cursor.run_many(
        "INSERT INTO sighting (status, streak, reason_code, heard, valid_ms, seq, cpu, ram,"
        " replica_no, source_no) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [(*_values(k.sighting), *k.key) for k in sorted(new, key=lambda k: k.key)],
    )


def save(cursor: Cursor, changed: Sequence[tuple[Kept, int]]) -> None:
    """Write each sighting of *changed* over the one that was heard at the moment beside it.

    Raise Again where the fast path moved one of them meanwhile.
    """
    rows = [
        (*_values(k.sighting), *k.key, heard)
        for k, heard in sorted(changed, key=lambda pair: pair[0].key)
    ]
    written = cursor.run_many(
        "UPDATE sighting SET status = ?, streak = ?, reason_code = ?, heard = ?, valid_ms = ?,"
        " seq = ?, cpu = ?, ram = ? WHERE replica_no = ? AND source_no = ? AND heard = ?",
        rows,
    )
    if written < len(rows):
        raise Again


def overdue(cursor: Cursor, page_no: int, now: int) -> list[tuple[ReplicaName, Sighting]]:
    """Return the sightings whose source broke its promise by *now*, with their replicas."""
    rows = cursor.rows(
        f"{_NAMED} JOIN page p ON p.no = s.page_no"
        " WHERE p.no = ? AND g.valid_ms > 0 AND g.reason_code <> 'silent' AND r.gone_at IS NULL"
        " AND g.heard + g.valid_ms <= ? AND p.hears_since + g.valid_ms <= ?",
        (page_no, now, now),
    )
    return [(ReplicaName(*row[:3]), kept(row[3:]).sighting) for row in rows]


def of_queues(cursor: Cursor, page_no: int) -> list[tuple[ReplicaName, Kept]]:
    """Return what queues last said of living replicas, with their names."""
    rows = cursor.rows(
        f"{_NAMED} WHERE s.page_no = ? AND s.kind = ? AND r.gone_at IS NULL"
        " ORDER BY g.replica_no, g.source_no",
        (page_no, str(SourceKind.QUEUE)),
    )
    return [(ReplicaName(*row[:3]), kept(row[3:])) for row in rows]


def long_silent(cursor: Cursor, page_no: int, before: int) -> list[int]:
    """Return the replicas that have a voice whose promise was broken before steady *before*."""
    rows = cursor.rows(
        "SELECT DISTINCT g.replica_no FROM sighting g JOIN source s ON s.no = g.source_no"
        " WHERE s.page_no = ? AND g.reason_code = 'silent' AND g.heard + g.valid_ms <= ?"
        " AND EXISTS (SELECT 1 FROM sighting o WHERE o.replica_no = g.replica_no"
        " AND o.reason_code <> 'silent') ORDER BY g.replica_no",
        (page_no, before),
    )
    return [no for (no,) in rows]


def delete(cursor: Cursor, gone: Collection[tuple[int, Source]]) -> None:
    """Delete the sightings of these pairs of a replica's number and a source."""
    cursor.run_many(
        "DELETE FROM sighting WHERE replica_no = ?"
        " AND source_no IN (SELECT no FROM source WHERE kind = ? AND key = ?)",
        [(no, str(source.kind), source.key) for no, source in sorted(gone)],
    )


def source_no(cursor: Cursor, page_no: int, source: Source) -> int:
    """Return the number of *source*, which gets one when it first speaks."""
    cursor.run(
        "INSERT INTO source (page_no, kind, key) VALUES (?, ?, ?)"
        " ON CONFLICT (page_no, kind, key) DO NOTHING",
        (page_no, str(source.kind), source.key),
    )
    row = cursor.one(
        "SELECT no FROM source WHERE page_no = ? AND kind = ? AND key = ?",
        (page_no, str(source.kind), source.key),
    )
    return int(row[0])


def kept(row: Row) -> Kept:
    """Return the sighting that *row* holds."""
    replica_no, source_no, kind, key, status, streak, reason_code, seq, heard, *rest = row
    valid_ms, cpu, ram = rest
    return Kept(
        replica_no,
        source_no,
        Sighting(
            source=Source(SourceKind(kind), key),
            status=Status(status),
            streak=streak,
            reason_code=reason_code,
            seq=seq,
            heard=heard,
            valid_ms=valid_ms,
            cpu=cpu,
            ram=ram,
        ),
    )


def _values(one: Sighting) -> tuple[int | str, ...]:
    return (
        int(one.status), one.streak, one.reason_code, one.heard,
        one.valid_ms, one.seq, one.cpu, one.ram,
    )  # fmt: skip


def changed(cursor: Cursor, page_no: int, after: int) -> list[Kept]:
    """Return every sighting of the replicas that changed after revision *after*."""
    # The plus keeps PostgreSQL from going through all sightings for the few that changed.
    rows = cursor.rows(
        f"SELECT {_COLUMNS} FROM replica r JOIN sighting g ON g.replica_no = +r.no"
        " JOIN source s ON s.no = g.source_no WHERE s.page_no = ? AND r.revision > ?",
        (page_no, after),
    )
    return [kept(row) for row in rows]


def forget(cursor: Cursor, replica_nos: Collection[int]) -> None:
    """Forget all that was said of replicas that are gone."""
    cursor.run_many(
        "DELETE FROM sighting WHERE replica_no = ?", [(no,) for no in sorted(replica_nos)]
    )
