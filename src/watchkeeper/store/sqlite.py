"""SQLite: one file, one writer whose waiting transactions share a commit, and readers."""

import os
import sqlite3
import threading
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any, TypeVar

from watchkeeper.store.cursor import Again, Row, Track, Transaction, Undo
from watchkeeper.store.errors import StoreRefused
from watchkeeper.store.job import Job, Jobs, outcome, settle

T = TypeVar("T")
OLDEST = (3, 38)
_MOST_AT_ONCE = 256
_MOST_RUNS = 10
_LATE = "the disk did not answer in time"
_BEGINNING = b"SQLite format 3\0"
_PRIMARY = 0xFF  # of an extended error code
_NO_OTHER_FILES = "PRAGMA temp_store = MEMORY"
"""Else a savepoint keeps what it may have to undo in a file of its own, and where no descriptor
is left, or no place for that file, nothing can be decided."""

_MISTAKES = (
    sqlite3.DataError,
    sqlite3.IntegrityError,
    sqlite3.ProgrammingError,
    sqlite3.NotSupportedError,
)


class SqliteCursor:
    """A transaction on a connection to the file."""

    generation = 0

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all rows that *sql* gives."""
        return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """Return the first row that *sql* gives, or None."""
        rows = self.rows(sql, values)
        return rows[0] if rows else None

    def one(self, sql: str, values: Sequence[Any] = ()) -> Row:
        """Return the one row that *sql* always gives."""
        [row] = self.rows(sql, values)
        return row

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Carry out *sql* and return how many rows it changed."""
        return self._connection.execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Carry out *sql* once for each of *rows*; return how many rows changed in all."""
        if not rows:
            return 0
        return self._connection.executemany(sql, rows).rowcount


class SqliteReader:
    """A database in one file, read beside whoever serves it."""

    generation = 0

    def __init__(self, path: Path) -> None:
        self._path = path
        self._mine = threading.local()
        self._reads = Jobs("store-reader", self._read_all, threads=2)
        self._reads.start()

    async def read(self, transaction: Transaction[T]) -> T:
        """Return what *transaction* reads from one consistent state; else raise StoreRefused."""
        answer: T = await outcome(self._reads.put(transaction), _LATE)
        return answer

    async def close(self) -> None:
        """Let go of the file."""
        await self._reads.end()

    def _read_all(self) -> None:
        self._mine.connection = None
        while jobs := self._reads.take():
            for job in jobs:
                job.run(self._read)
            settle(jobs)
        if self._mine.connection:
            self._mine.connection.close()

    def _read(self, transaction: Transaction[T]) -> T:
        try:
            connection = self._connection()
            connection.execute("BEGIN")
            try:
                return transaction(SqliteCursor(connection))
            finally:
                connection.execute("ROLLBACK")
        except _MISTAKES:
            raise
        except sqlite3.Error as error:
            raise StoreRefused(f"cannot read {self._path}: {error}{_hint(error)}") from error

    def _connection(self) -> sqlite3.Connection:
        """Return this thread's own connection to the file."""
        if self._mine.connection is None:
            url = f"{self._path.absolute().as_uri()}?mode=ro"
            self._mine.connection = sqlite3.connect(url, uri=True, isolation_level=None)
            self._mine.connection.execute(_NO_OTHER_FILES)
        connection: sqlite3.Connection = self._mine.connection
        return connection


def _hint(error: sqlite3.Error) -> str:
    """Return the way out of *error*: whoever reads beside a log has to open that, too."""
    is_closed_to_us = error.sqlite_errorcode & _PRIMARY == sqlite3.SQLITE_READONLY
    return "; say this as a user who may write in its folder" if is_closed_to_us else ""


class SqliteStore(SqliteReader):
    """A database in one file, for the one process that holds its *lock*."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        super().__init__(path)
        self._lock = lock
        self._writer = connect(path)
        self._file = path.open("rb", buffering=0)
        self._writes = Jobs("store-writer", self._write_all)
        self._writes.start()

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        """Return what *transaction* returns, once it is on disk; else raise StoreRefused."""
        del track
        answer: T = await outcome(self._writes.put(transaction), _LATE)
        return answer

    async def close(self) -> None:
        """Finish what was begun and let go of the file, whose log goes with its last user."""
        await super().close()
        await self._writes.end()

    def _write_all(self) -> None:
        while jobs := self._writes.take(_MOST_AT_ONCE):
            self._commit(jobs)
            settle(jobs)
        self._writer.close()
        self._file.close()  # not before: with any descriptor of a file SQLite's locks on it end
        self._lock.close()

    def _commit(self, jobs: Sequence[Job]) -> None:
        try:
            self._miss_nothing()
            self._writer.execute("BEGIN IMMEDIATE")
            for job in jobs:
                self._run(job)
            self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            with suppress(sqlite3.Error):
                self._writer.rollback()
            for job in jobs:
                job.error = self._refusal(error)

    def _miss_nothing(self) -> None:
        """Raise sqlite3.DatabaseError when our file was removed, replaced or overwritten.

        SQLite notices late, and what it commits until then is lost.
        """
        ours = self._file.fileno()
        try:
            is_there = os.path.samestat(self._path.stat(), os.fstat(ours))
            is_whole = os.pread(ours, len(_BEGINNING), 0) == _BEGINNING
        except FileNotFoundError:
            is_there = is_whole = False
        except OSError as error:
            raise sqlite3.DatabaseError(error.strerror) from error
        if not is_there:
            raise sqlite3.DatabaseError("it was removed or replaced; put it back, or start again")
        if not is_whole:
            raise sqlite3.DatabaseError(
                "it was overwritten; put a copy in its place and start again"
            )

    def _run(self, job: Job) -> None:
        for _ in range(_MOST_RUNS):
            if job.is_given_up:
                return
            with suppress(Again):
                self._run_once(job)
                return
        job.error = StoreRefused("a transaction met other changes too often")

    def _run_once(self, job: Job) -> None:
        self._writer.execute("SAVEPOINT job")
        try:
            job.result = job.transaction(SqliteCursor(self._writer))
        except Undo as undo:
            job.result = undo.value
            self._undo()
        except Again:
            self._undo()
            raise
        except sqlite3.Error as error:
            if not self._writer.in_transaction:
                raise  # all that waited for this commit is undone with it
            job.error = error if isinstance(error, _MISTAKES) else self._refusal(error)
            self._undo()
        except Exception as error:  # noqa: BLE001 - whoever asked for it gets it
            job.error = error
            self._undo()
        else:
            self._writer.execute("RELEASE job")

    def _undo(self) -> None:
        self._writer.execute("ROLLBACK TO job")
        self._writer.execute("RELEASE job")

    def _refusal(self, error: sqlite3.Error) -> StoreRefused:
        refusal = StoreRefused(f"cannot write {self._path}: {error}")
        refusal.__cause__ = error
        return refusal


def connect(path: Path) -> sqlite3.Connection:
    """Return the writing connection to the file at *path*, which it may create."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute(_NO_OTHER_FILES)
    return connection
