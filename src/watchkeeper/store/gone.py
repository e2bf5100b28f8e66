"""What left the page: its rows and their history, until both are forgotten.

Whoever is named in an alert stays as long as that does. All of it is done behind the gate,
since what is gone may come back at any moment.
"""

from collections.abc import Sequence

from watchkeeper.store.cursor import Cursor, Row
from watchkeeper.store.history import OF_REPLICA
from watchkeeper.store.replica import marks

_AT_ONCE = 1_000
_HISTORY = ("sighting", "evidence", "recent", "latency_hour", "latency_day")
_REPLICAS = (
    "SELECT r.no FROM replica r JOIN node n ON n.no = r.node_no"
    " JOIN service s ON s.no = n.service_no WHERE s.page_no = ?"
    " AND r.gone_at IS NOT NULL AND r.revision <= ?"
    " AND NOT EXISTS (SELECT 1 FROM alert_member m WHERE m.replica_no = r.no)"
    " ORDER BY r.no LIMIT ?"
)
_NODES = (
    "SELECT n.no FROM node n JOIN service s ON s.no = n.service_no WHERE s.page_no = ?"
    " AND n.gone_at IS NOT NULL AND n.revision <= ?"
    " AND NOT EXISTS (SELECT 1 FROM replica r WHERE r.node_no = n.no) ORDER BY n.no LIMIT ?"
)
_SERVICES = (
    "SELECT s.no FROM service s WHERE s.page_no = ? AND s.gone_at IS NOT NULL"
    " AND s.revision <= ? AND NOT EXISTS (SELECT 1 FROM node n WHERE n.service_no = s.no)"
    " ORDER BY s.no LIMIT ?"
)


def revision_before(cursor: Cursor, page_no: int, before: int) -> int:
    """Return the newest revision that is known to be from before steady *before*, -1 for none."""
    row = cursor.one(
        "SELECT COALESCE(MAX(revision), -1) FROM transition WHERE page_no = ? AND steady < ?",
        (page_no, before),
    )
    return int(row[0])


def forget(cursor: Cursor, page_no: int, revision: int) -> int:
    """Delete what left the page at *revision* or before; return how many rows went."""
    place = (page_no, revision, _AT_ONCE)
    replicas = _forget_replicas(cursor, cursor.rows(_REPLICAS, place))
    nodes = _forget_branches(cursor, "node", cursor.rows(_NODES, place))
    return replicas + nodes + _forget_branches(cursor, "service", cursor.rows(_SERVICES, place))


def forget_oldest(cursor: Cursor, node_no: int) -> int:
    """Delete the replica that left the node first; return how many rows went."""
    rows = cursor.rows(
        "SELECT no FROM replica r WHERE node_no = ? AND gone_at IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM alert_member m WHERE m.replica_no = r.no)"
        " ORDER BY revision, no LIMIT 1",
        (node_no,),
    )
    return _forget_replicas(cursor, rows)


def _forget_replicas(cursor: Cursor, rows: Sequence[Row]) -> int:
    nos = [no for (no,) in rows]
    for table in _HISTORY:
        cursor.run(f"DELETE FROM {table} WHERE replica_no IN ({marks(nos)})", nos)
    cursor.run(
        f"DELETE FROM transition WHERE {OF_REPLICA} AND subject_no IN ({marks(nos)})",
        nos,
    )
    return cursor.run(f"DELETE FROM replica WHERE no IN ({marks(nos)})", nos)


def _forget_branches(cursor: Cursor, kind: str, nos: Sequence[Row]) -> int:
    cursor.run_many(f"DELETE FROM transition WHERE kind = '{kind}' AND subject_no = ?", nos)
    return cursor.run_many(f"DELETE FROM {kind} WHERE no = ?", nos)
