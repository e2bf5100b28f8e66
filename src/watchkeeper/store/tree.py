"""The tree: services and nodes of a page, and what climbs up it."""

import json
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from watchkeeper.core.status import Status
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.replica import marks


class Branch(NamedTuple):
    """A service or a node: *parent* is the page or the service it belongs to.

    A node under *maintenance*, which is the title of its window, is held until the wall time
    *maintained_until_at*; that is 0 for all others. *channels* are those that alone hear of a
    node, None where all do.
    """

    no: int
    parent: int
    key: str
    label: str
    position: int
    mode: str
    status: Status
    since_at: int
    owner: str
    gone_at: int | None
    maintenance: str = ""
    maintained_until_at: int = 0
    channels: tuple[str, ...] | None = None


def displaced(gone: Branch) -> Branch:
    """Return a branch that is *gone* under a key that no plan can have: its own is another's."""
    return gone._replace(key=f"{gone.key}\n{gone.no}")


_SERVICE = "no, page_no, key, label, position, '', status, since_at, owner, gone_at, '', 0, ''"
_NODE = (
    "no, service_no, key, label, position, mode, status, since_at, owner, gone_at,"
    " maintenance, maintained_until_at, channels"
)


def services(cursor: Cursor, page_no: int, after: int = -1) -> list[Branch]:
    """Return the services of the page that changed after revision *after*, gone ones too."""
    rows = cursor.rows(
        f"SELECT {_SERVICE} FROM service WHERE page_no = ? AND revision > ? ORDER BY position, no",
        (page_no, after),
    )
    return [_branch(row) for row in rows]


def nodes(cursor: Cursor, page_no: int, after: int = -1) -> list[Branch]:
    """Return the nodes of the page that changed after revision *after*, gone ones too."""
    rows = cursor.rows(
        f"SELECT {_qualified(_NODE)} FROM node n JOIN service s ON s.no = n.service_no"
        " WHERE s.page_no = ? AND n.revision > ? ORDER BY n.position, n.no",
        (page_no, after),
    )
    return [_branch(row) for row in rows]


def nodes_by_no(cursor: Cursor, nos: Collection[int]) -> list[Branch]:
    """Return the nodes with the numbers *nos*."""
    if not nos:
        return []
    sql = f"SELECT {_NODE} FROM node WHERE no IN ({marks(nos)})"
    return [_branch(row) for row in cursor.rows(sql, sorted(nos))]


def services_by_no(cursor: Cursor, nos: Collection[int]) -> list[Branch]:
    """Return the services with the numbers *nos*."""
    if not nos:
        return []
    sql = f"SELECT {_SERVICE} FROM service WHERE no IN ({marks(nos)})"
    return [_branch(row) for row in cursor.rows(sql, sorted(nos))]


def worst_by_service(cursor: Cursor, service_nos: Collection[int]) -> dict[int, Status]:
    """Return the worst status of the nodes of each service."""
    rows = cursor.rows(
        "SELECT service_no, MAX(status) FROM node"
        f" WHERE gone_at IS NULL AND service_no IN ({marks(service_nos)}) GROUP BY service_no",
        sorted(service_nos),
    )
    return {no: Status(status) for no, status in rows}


def worst_of_page(cursor: Cursor, page_no: int) -> Status:
    """Return the worst status of the services of the page."""
    row = cursor.one(
        "SELECT COALESCE(MAX(status), 0) FROM service WHERE page_no = ? AND gone_at IS NULL",
        (page_no,),
    )
    return Status(row[0])


def insert_services(cursor: Cursor, page_no: int, new: Iterable[Branch], revision: int) -> None:
    """Write services that were not there."""
    cursor.run_many(
        "INSERT INTO service (page_no, key, label, position, status, since_at, owner, revision)"
        " VALUES (?, ?, ?, ?, 0, ?, ?, ?)",
        [(page_no, b.key, b.label, b.position, b.since_at, b.owner, revision) for b in new],
    )


def insert_nodes(cursor: Cursor, new: Iterable[Branch], revision: int) -> None:
    """Write nodes that were not there."""
    cursor.run_many(
        "INSERT INTO node (service_no, key, label, position, mode, channels, status, since_at,"
        " owner, revision) VALUES (?, ?, ?, ?, ?, ?, 0, ?, ?, ?)",
        [(*b[1:6], _channels(b), b.since_at, b.owner, revision) for b in new],
    )


def save_services(cursor: Cursor, changed: Sequence[Branch], revision: int) -> None:
    """Write *changed* services; followers read them again at *revision*."""
    cursor.run_many(
        "UPDATE service SET key = ?, label = ?, position = ?, status = ?, since_at = ?,"
        " gone_at = ?, revision = ? WHERE no = ?",
        [
            (b.key, b.label, b.position, b.status, b.since_at, b.gone_at, revision, b.no)
            for b in sorted(changed, key=lambda branch: branch.no)
        ],
    )


def save_nodes(cursor: Cursor, changed: Sequence[Branch], revision: int) -> None:
    """Write *changed* nodes; followers read them again at *revision*."""
    cursor.run_many(
        "UPDATE node SET key = ?, label = ?, position = ?, mode = ?, channels = ?, status = ?,"
        " since_at = ?, gone_at = ?, revision = ? WHERE no = ?",
        [
            (*b[2:6], _channels(b), b.status, b.since_at, b.gone_at, revision, b.no)
            for b in sorted(changed, key=lambda branch: branch.no)
        ],
    )


def _branch(row: tuple[object, ...]) -> Branch:
    *own, channels = row
    branch = Branch(*own)  # type: ignore[arg-type]
    names = tuple(json.loads(str(channels))) if channels else None
    return branch._replace(status=Status(branch.status), channels=names)


def _channels(branch: Branch) -> str:
    return "" if branch.channels is None else json.dumps(branch.channels)


def _qualified(columns: str) -> str:
    return ", ".join(f"n.{name.strip()}" for name in columns.split(","))
