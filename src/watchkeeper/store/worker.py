"""Worker: a row that each process counts up, so that the others see it live."""

from typing import NamedTuple

from watchkeeper.store.cursor import Cursor

BEAT_MS = 3_000
LOST_MS = 10_000
"""A worker whose beat did not change for so long is lost: it missed three."""


class WorkerRow(NamedTuple):
    """A process that serves: its *beat* counts up every `BEAT_MS`."""

    name: str
    beat: int
    version: str
    plan_hash: str


def beat(cursor: Cursor, me: WorkerRow) -> None:
    """Write *me*, whose beat is one higher than before; a deleted row comes back."""
    cursor.run(
        "INSERT INTO worker (name, beat, version, plan_hash) VALUES (?, ?, ?, ?) "
        "ON CONFLICT (name) DO UPDATE SET beat = excluded.beat, plan_hash = excluded.plan_hash",
        me,
    )


def all_workers(cursor: Cursor) -> list[WorkerRow]:
    """Return every worker's row."""
    rows = cursor.rows("SELECT name, beat, version, plan_hash FROM worker ORDER BY name")
    return [WorkerRow(*row) for row in rows]


def bury(cursor: Cursor, name: str, last_beat: int) -> bool:
    """Delete the row of a lost worker, unless it has beaten again; return whether it went."""
    return cursor.run("DELETE FROM worker WHERE name = ? AND beat = ?", (name, last_beat)) > 0


def leave(cursor: Cursor, name: str) -> None:
    """Delete the row of a worker that stops cleanly."""
    cursor.run("DELETE FROM worker WHERE name = ?", (name,))


def bury_all(cursor: Cursor) -> None:
    """Delete every row: on a file that we alone hold, they are all dead."""
    cursor.run("DELETE FROM worker")
