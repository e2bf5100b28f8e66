"""Holding: the replicas of which nothing is said, because they flap or are under maintenance."""

from collections.abc import Collection, Mapping
from itertools import chain
from typing import NamedTuple

from watchkeeper.core.name import NodeName, ReplicaName
from watchkeeper.core.plan import Maintenance
from watchkeeper.store import replica as replica_rows
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.replica import ReplicaRow

_LIVING = "n.gone_at IS NULL AND s.gone_at IS NULL"


class Held(NamedTuple):
    """A flapping replica's row, and its name."""

    name: ReplicaName
    row: ReplicaRow


class NodeHeld(NamedTuple):
    """What a node is called, and whether it is under maintenance."""

    name: NodeName
    is_maintained: bool


def nodes(cursor: Cursor, nos: Collection[int]) -> dict[int, NodeHeld]:
    """Return the nodes with the numbers *nos*."""
    rows = cursor.rows(
        "SELECT n.no, s.key, n.key, n.maintained_until_at FROM node n"
        f" JOIN service s ON s.no = n.service_no WHERE n.no IN ({replica_rows.marks(nos)})",
        sorted(nos),
    )
    return {row[0]: NodeHeld(NodeName(*row[1:3]), bool(row[3])) for row in rows}


def flapping(cursor: Cursor, page_no: int) -> list[Held]:
    """Return the flapping replicas of the page that are not under maintenance besides."""
    # The plus keeps SQLite from going through all of the page: few flap, and they are indexed.
    rows = cursor.rows(
        f"SELECT s.key, n.key, r.key, {replica_rows.columns('r')} FROM replica r"
        " JOIN node n ON n.no = r.node_no JOIN service s ON s.no = n.service_no"
        f" WHERE r.flapping > 0 AND +s.page_no = ? AND r.gone_at IS NULL AND {_LIVING}"
        " AND n.maintained_until_at = 0",
        (page_no,),
    )
    held = [Held(ReplicaName(*row[:3]), replica_rows.of_row(row[3:])) for row in rows]
    return sorted(held, key=lambda one: one.row.no)


def maintained(cursor: Cursor, page_no: int) -> dict[NodeName, Maintenance]:
    """Return the nodes of the page that are under maintenance."""
    rows = cursor.rows(
        "SELECT s.key, n.key, n.maintenance, n.maintained_until_at FROM node n"
        " JOIN service s ON s.no = n.service_no"
        f" WHERE n.maintained_until_at > 0 AND s.page_no = ? AND {_LIVING}",
        (page_no,),
    )
    return {NodeName(*row[:2]): Maintenance(*row[2:]) for row in rows}


def replica_nos(
    cursor: Cursor, page_no: int, names: Collection[NodeName]
) -> dict[NodeName, list[int]]:
    """Return the numbers of the living replicas of the nodes *names*."""
    if not names:
        return {}
    rows = cursor.rows(
        "SELECT s.key, n.key, r.no FROM replica r JOIN node n ON n.no = r.node_no"
        " JOIN service s ON s.no = n.service_no"
        f" WHERE s.page_no = ? AND r.gone_at IS NULL AND {_LIVING}"
        f" AND (s.key, n.key) IN (VALUES {', '.join('(?, ?)' for _ in names)}) ORDER BY r.no",
        (page_no, *chain.from_iterable(sorted(names))),
    )
    found: dict[NodeName, list[int]] = {}
    for service, node, no in rows:
        found.setdefault(NodeName(service, node), []).append(no)
    return found


def maintain(
    cursor: Cursor, page_no: int, nodes: Mapping[NodeName, Maintenance | None], revision: int
) -> None:
    """Write which of *nodes* are under maintenance from now on, and which no longer (None)."""
    cursor.run_many(
        "UPDATE node SET maintenance = ?, maintained_until_at = ?, revision = ?"
        " WHERE key = ? AND gone_at IS NULL AND service_no ="
        " (SELECT no FROM service WHERE key = ? AND page_no = ? AND gone_at IS NULL)",
        [
            (
                *((one.title, one.until_at) if one else ("", 0)),
                revision,
                name.node,
                name.service,
                page_no,
            )
            for name, one in sorted(nodes.items(), key=lambda item: item[0])
        ],
    )
