"""SQLite: one file, one writer whose waiting transactions share a commit, and readers."""

import asyncio
import sqlite3
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TypeVar

from watchkeeper.store.cursor import Again, Cursor, Line, Row, Transaction, Undo
from watchkeeper.store.errors import StoreRefused

T = TypeVar("T")
OLDEST = (3, 38)
DEADLINE_S = 15.0
_MOST_AT_ONCE = 256
_MOST_RUNS = 10


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

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Carry out *sql* and return how many rows it changed."""
        return self._connection.execute(sql, values).rowcount

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Carry out *sql* once for each of *rows*; return how many rows changed in all."""
        if not rows:
            return 0
        return self._connection.executemany(sql, rows).rowcount


@dataclass(slots=True)
class _Job:
    transaction: Transaction[Any]
    answer: "asyncio.Future[Any]"
    result: Any = None
    error: BaseException | None = None


class SqliteReader:
    """A database in one file, read beside whoever serves it."""

    generation = 0

    def __init__(self, path: Path) -> None:
        self._path = path
        self._loop = asyncio.get_running_loop()
        self._readers = ThreadPoolExecutor(2, "reader")
        self._reader = threading.local()
        self._opened: list[sqlite3.Connection] = []

    async def read(self, transaction: Transaction[T]) -> T:
        """Return what *transaction* reads from one consistent state."""
        return await self._loop.run_in_executor(self._readers, self._read, transaction)

    async def close(self) -> None:
        """Let go of the file."""
        await asyncio.to_thread(self._readers.shutdown)
        for connection in self._opened:
            connection.close()

    def _open(self) -> sqlite3.Connection:
        """Return this thread's own connection to the file."""
        connection: sqlite3.Connection | None = getattr(self._reader, "connection", None)
        if connection is None:
            url = f"{self._path.absolute().as_uri()}?mode=ro"
            connection = sqlite3.connect(
                url, uri=True, isolation_level=None, check_same_thread=False
            )
            self._reader.connection = connection
            self._opened.append(connection)
        return connection

    def _read(self, transaction: Transaction[T]) -> T:
        try:
            connection = self._open()
            connection.execute("BEGIN")
            try:
                return transaction(SqliteCursor(connection))
            finally:
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise StoreRefused(f"cannot read {self._path}: {error}") from error


class SqliteStore(SqliteReader):
    """A database in one file, for the one process that holds its *lock*."""

    def __init__(self, path: Path, lock: IO[str]) -> None:
        super().__init__(path)
        self._lock = lock
        self._writer = connect(path)
        self._waiting: deque[_Job] = deque()
        self._wake = threading.Semaphore(0)
        self._closing = False
        self._thread = threading.Thread(target=self._write_all, name="writer", daemon=True)
        self._thread.start()

    async def write(self, transaction: Transaction[T], line: Line = Line.GATE) -> T:
        """Return what *transaction* returns, once it is on disk; else raise StoreRefused."""
        del line
        job = _Job(transaction, self._loop.create_future())
        self._waiting.append(job)
        self._wake.release()
        try:
            async with asyncio.timeout(DEADLINE_S):
                answer: T = await job.answer
                return answer
        except TimeoutError as error:
            raise StoreRefused("the disk did not answer in time") from error

    async def close(self) -> None:
        """Finish what was begun and let go of the file, whose log goes with its last user."""
        await super().close()
        self._closing = True
        self._wake.release()
        await asyncio.to_thread(self._thread.join, DEADLINE_S)
        self._lock.close()

    def _write_all(self) -> None:
        while self._wake.acquire() and not (self._closing and not self._waiting):
            jobs = self._take()
            if jobs:
                self._commit(jobs)
                self._loop.call_soon_threadsafe(_answer, jobs)
        self._writer.close()

    def _take(self) -> list[_Job]:
        return [self._waiting.popleft() for _ in range(min(len(self._waiting), _MOST_AT_ONCE))]

    def _commit(self, jobs: Sequence[_Job]) -> None:
        try:
            self._writer.execute("BEGIN IMMEDIATE")
            for job in jobs:
                self._run(job)
            self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK")
            for job in jobs:
                job.error = StoreRefused(f"cannot write {self._path}: {error}")
                job.error.__cause__ = error

    def _run(self, job: _Job) -> None:
        for _ in range(_MOST_RUNS):
            self._writer.execute("SAVEPOINT job")
            try:
                job.result = job.transaction(SqliteCursor(self._writer))
            except Undo as undo:
                job.result = undo.value
                self._undo()
            except Again:
                self._undo()
                continue
            except sqlite3.Error as error:
                if not self._writer.in_transaction:
                    raise
                job.error = StoreRefused(f"cannot write {self._path}: {error}")
                self._undo()
            except Exception as error:  # noqa: BLE001 - whoever asked for it gets it
                job.error = error
                self._undo()
            else:
                self._writer.execute("RELEASE job")
            return
        job.error = StoreRefused("a transaction met other changes too often")

    def _undo(self) -> None:
        self._writer.execute("ROLLBACK TO job")
        self._writer.execute("RELEASE job")


def connect(path: Path) -> sqlite3.Connection:
    """Return the writing connection to the file at *path*, which it may create."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA busy_timeout = 5000")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    return connection


def _answer(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        if job.answer.done():
            continue
        if job.error:
            job.answer.set_exception(job.error)
        else:
            job.answer.set_result(job.result)


def as_cursor(connection: sqlite3.Connection) -> Cursor:
    """Return a cursor for work that has the file to itself, such as migrating it."""
    return SqliteCursor(connection)
