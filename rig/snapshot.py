"""Snapshot: what the store holds at the end, read beside the program by the rig's own SQL."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg

from rig.clients import number_in
from rig.history import Found
from rig.moment import now
from rig.program import GRACE_S

_NAMES = "s.key || ':' || n.key || ':' || r.key"
_TREE = "replica r JOIN node n ON n.no = r.node_no JOIN service s ON s.no = n.service_no"


@dataclass(frozen=True, slots=True)
class Outage:
    """A death that the store knows; moments are wall milliseconds, *back_at* 0 while dead."""

    replica: str
    dead_at: int
    back_at: int


@dataclass(frozen=True, slots=True)
class Sent:
    """A delivery in a lane's log: notifications *first* to *last* under *id*."""

    channel: str
    id: str
    first: int
    last: int
    state: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A try whose outcome the store knows: number *n* of its lane, of message *id*."""

    channel: str
    n: int
    id: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """How far a lane is: *told* of the *newest* notification that it hears."""

    channel: str
    told: int
    newest: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One consistent state of the store. *replicas*: node, name, status, standing, in order."""

    replicas: Sequence[tuple[str, str, int, int]] = ()
    nodes: Sequence[tuple[str, int]] = ()
    page: int = 0
    outages: Sequence[Outage] = ()
    deaths: Sequence[tuple[str, int]] = ()
    sent: Sequence[Sent] = ()
    attempts: Sequence[Attempt] = ()
    lanes: Sequence[Waiting] = ()
    lettered: Sequence[tuple[str, str, int]] = ()
    damage: str = "ok"
    logs: Sequence[str] = ()

    @property
    def is_quiet(self) -> bool:
        """Return whether every lane has told everything."""
        return all(lane.told >= lane.newest for lane in self.lanes)


def take(store: str, logs: Sequence[str] = ()) -> Snapshot:
    """Return what *store*, a file or the URL of a database, holds now."""
    rows = _read(store, _QUERIES)
    replicas, nodes, page, outages, deaths, sent, attempts, lanes, letters, damage = rows
    return Snapshot(
        replicas=[(row[0], row[1], int(row[2]), int(row[3])) for row in replicas],
        nodes=[(row[0], int(row[1])) for row in nodes],
        page=int(page[0][0]),
        outages=[Outage(*row) for row in outages],
        deaths=[(row[0], int(row[1])) for row in deaths],
        sent=[Sent(*row) for row in sent],
        attempts=[Attempt(*row) for row in attempts],
        lanes=[Waiting(*row) for row in lanes],
        lettered=[one for channel, text in letters for one in _lettered(channel, text)],
        damage=str(damage[0][0]),
        logs=logs,
    )


def find(store: str) -> Found:
    """Return which report of each replica *store* holds, for it was the last one."""
    began = now()
    [rows] = _read(store, [_SIGHTINGS])
    return Found(began, now(), {name: number_in(valid, GRACE_S * 1000) for name, valid in rows})


def holder(store: str, channel: str) -> str:
    """Return the name of the worker that speaks on *channel*."""
    [rows] = _read(store, [_HOLDERS])
    return str(dict(rows).get(channel, ""))


def is_start_noted(store: str) -> bool:
    """Return whether *store* holds that a start is to be told: it does after the first verdicts."""
    [rows] = _read(store, [_STARTUPS])
    return bool(rows)


_STARTUPS = "SELECT no FROM notification WHERE kind = 'startup'"
_HOLDERS = "SELECT key, holder FROM channel"
_SIGHTINGS = (
    f"SELECT {_NAMES}, g.valid_ms FROM {_TREE} JOIN sighting g ON g.replica_no = r.no"
    " WHERE g.valid_ms > 0 AND r.gone_at IS NULL"
)
_INTEGRITY = "PRAGMA integrity_check"
_REPLICAS = (
    f"SELECT s.key || ':' || n.key, {_NAMES}, r.status, r.standing FROM {_TREE}"
    " WHERE r.gone_at IS NULL ORDER BY s.position, s.no, n.position, n.no, r.position, r.no"
)
_NODES = (
    "SELECT s.key || ':' || n.key, n.status FROM node n JOIN service s ON s.no = n.service_no"
    " WHERE n.gone_at IS NULL ORDER BY s.position, n.position"
)
_PAGE = "SELECT status FROM page"
_OUTAGES = (
    f"SELECT {_NAMES}, m.dead_at, COALESCE(m.back_at, 0) FROM {_TREE}"
    " JOIN alert_member m ON m.replica_no = r.no ORDER BY m.dead_at, r.no"
)
_DEATHS = (
    f"SELECT {_NAMES}, t.at FROM {_TREE} JOIN transition t ON t.subject_no = r.no"
    " WHERE t.kind = 'replica' AND t.new = 2 ORDER BY t.no"
)
_LANES = "lane l JOIN channel c ON c.no = l.channel_no"
_SENT = (
    "SELECT c.key, d.id, d.first, d.last, d.state FROM delivery d"
    " JOIN lane l ON l.no = d.lane_no JOIN channel c ON c.no = l.channel_no ORDER BY d.no"
)
_ATTEMPTS = (
    "SELECT c.key, a.n, a.id FROM attempt a"
    " JOIN lane l ON l.no = a.lane_no JOIN channel c ON c.no = l.channel_no ORDER BY a.n"
)
_WAITING = (
    "SELECT c.key, l.told, (SELECT COALESCE(MAX(n.no), 0) FROM notification n"
    f" WHERE n.lane_no IS NULL OR n.lane_no = l.no) FROM {_LANES} WHERE l.gone_at IS NULL"
)
_LETTERED = (
    f"SELECT c.key, n.facts FROM {_LANES} JOIN delivery d ON d.lane_no = l.no"
    " JOIN notification n ON n.no BETWEEN d.first AND d.last WHERE d.state = 'dead'"
)
_QUERIES = (
    _REPLICAS,
    _NODES,
    _PAGE,
    _OUTAGES,
    _DEATHS,
    _SENT,
    _ATTEMPTS,
    _WAITING,
    _LETTERED,
    _INTEGRITY,
)


def _read(store: str, queries: Sequence[str]) -> list[list[Any]]:
    if store.startswith("postgresql:"):
        with psycopg.connect(store) as connection:
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            return [
                [("ok",)] if query == _INTEGRITY else connection.execute(query).fetchall()
                for query in queries
            ]
    with closing(_file(store)) as file:
        return [file.execute(query).fetchall() for query in queries]


def _file(store: str) -> sqlite3.Connection:
    """Return a connection that writes nothing, where the file allows that.

    A file that was closed cleanly has no log beside it, and without one it opens only for
    those who may make it.
    """
    for mode in ("ro", "rw"):
        file = sqlite3.connect(f"file:{store}?mode={mode}", uri=True, isolation_level=None)
        try:
            file.execute("PRAGMA busy_timeout = 5000")
            file.execute("BEGIN")
            file.execute("SELECT no FROM page")
        except sqlite3.OperationalError:
            file.close()
        else:
            return file
    raise FileNotFoundError(f"{store} cannot be read")


def _lettered(channel: str, facts: str) -> list[tuple[str, str, int]]:
    said = json.loads(facts)
    return [(channel, ":".join(row[:3]), int(row[4])) for row in said["died"]]
