"""Measures: the last latency and loads of each replica, and the last counts of each queue."""

from watchkeeper.core.name import ReplicaName
from watchkeeper.core.queue import Counts
from watchkeeper.core.reason import SILENT
from watchkeeper.store.cursor import Cursor, Undo
from watchkeeper.store.latency import LookRow, Span

_NAMES = "v.key, n.key, r.key"
_JOINS = (
    " JOIN node n ON n.no = r.node_no JOIN service v ON v.no = n.service_no"
    " WHERE v.page_no = ? AND r.gone_at IS NULL"
)


def latest_looks(cursor: Cursor, page_no: int, span: Span) -> dict[ReplicaName, LookRow]:
    """Return the last look at each living replica within *span*, as far as it was written."""
    rows = cursor.rows(
        f"SELECT {_NAMES}, l.at, l.replica_no, l.status, l.latency_us"
        " FROM (SELECT replica_no, MAX(at) AS at FROM recent WHERE at >= ? AND at < ?"
        " GROUP BY replica_no) m JOIN recent l ON l.at = m.at AND l.replica_no = m.replica_no"
        f" JOIN replica r ON r.no = l.replica_no{_JOINS}",
        (*span, page_no),
    )
    return {ReplicaName(*row[:3]): LookRow(*row[3:]) for row in rows}


def loads(cursor: Cursor, page_no: int) -> dict[ReplicaName, tuple[int, int]]:
    """Return the CPU and memory of living replicas, in thousandths, that are not silent."""
    rows = cursor.rows(
        f"SELECT {_NAMES}, MAX(g.cpu), MAX(g.ram) FROM sighting g"
        f" JOIN replica r ON r.no = g.replica_no{_JOINS}"
        f" AND (g.cpu >= 0 OR g.ram >= 0) AND g.reason_code <> ? GROUP BY {_NAMES}",
        (page_no, SILENT),
    )
    return {ReplicaName(*row[:3]): row[3:] for row in rows}


def counts(cursor: Cursor, page_no: int) -> dict[str, Counts]:
    """Return how many messages each queue was last seen with."""
    rows = cursor.rows("SELECT name, ready, nack FROM queue_count WHERE page_no = ?", (page_no,))
    return {name: Counts(ready, nack) for name, ready, nack in rows}


def count(cursor: Cursor, page_no: int, name: str, seen: Counts | None) -> None:
    """Write what the queue *name* was *seen* with, None where that is not known any more."""
    if seen is None:
        changed = cursor.run(
            "DELETE FROM queue_count WHERE page_no = ? AND name = ?", (page_no, name)
        )
    else:
        changed = cursor.run(
            "INSERT INTO queue_count (page_no, name, ready, nack) VALUES (?, ?, ?, ?)"
            " ON CONFLICT (page_no, name) DO UPDATE SET ready = excluded.ready,"
            " nack = excluded.nack WHERE queue_count.ready <> excluded.ready"
            " OR queue_count.nack <> excluded.nack",
            (page_no, name, *seen),
        )
    if not changed:
        raise Undo(None)
