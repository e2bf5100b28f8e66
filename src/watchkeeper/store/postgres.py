"""PostgreSQL: a thread and a connection for each track."""

import asyncio
import os
import socket
from collections.abc import Sequence
from contextlib import suppress
from functools import cache, partial
from typing import Any, TypeVar

import psycopg
from psycopg import errors

from watchkeeper.store.cursor import Again, Row, Track, Transaction, Undo
from watchkeeper.store.errors import StoreRefused
from watchkeeper.store.job import Job, Jobs, outcome, settle

T = TypeVar("T")
_MOST_RUNS = 10
_MOST_LOSSES = 2
_LATE = "the database did not answer in time"
_READ = "read"
_SETTINGS = {
    "connect_timeout": "3",
    "tcp_user_timeout": "10000",
    "target_session_attrs": "read-write",
    "application_name": "watchkeeper",
    "options": (
        "-c idle_in_transaction_session_timeout=5s -c statement_timeout=10s "
        "-c synchronous_commit=on -c default_transaction_isolation=read\\ committed "
        "-c seq_page_cost=10 -c random_page_cost=1 -c jit=off"
    ),
}
"""The costs make it find rows by their index however small a table is: a plan is kept, and in a
storm what was small when it was made has soon thousands of rows."""

_RUN_AGAIN = (errors.SerializationFailure, errors.DeadlockDetected, Again)
_LOST = (
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.IdleInTransactionSessionTimeout,
    errors.ReadOnlySqlTransaction,
)
_MISTAKES = (
    psycopg.DataError,
    psycopg.IntegrityError,
    psycopg.ProgrammingError,
    psycopg.NotSupportedError,
)
# Mistakes by name only: what somebody restores or takes away comes back without a change of ours.
_PASSING = (errors.InsufficientPrivilege, errors.InvalidSchemaName, errors.UndefinedTable)


class PostgresCursor:
    """A transaction on one connection.

    What it reads is planned each time: a plan that is kept while few are dead compares, in a storm,
    each of thousands with all the others.
    """

    def __init__(self, cursor: "psycopg.Cursor[Row]", generation: int) -> None:
        self._cursor = cursor
        self.generation = generation

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        """Return all rows that *sql* gives."""
        return self._cursor.execute(_text(sql), values, prepare=False).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        """Return the first row that *sql* gives, or None."""
        return self._cursor.execute(_text(sql), values, prepare=False).fetchone()

    def one(self, sql: str, values: Sequence[Any] = ()) -> Row:
        """Return the one row that *sql* always gives."""
        [row] = self.rows(sql, values)
        return row

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        """Carry out *sql* and return how many rows it changed."""
        return self._cursor.execute(_text(sql), values).rowcount

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        """Carry out *sql* once for each of *rows*; return how many rows changed in all."""
        if not rows:
            return 0
        self._cursor.executemany(_text(sql), rows)
        return self._cursor.rowcount


class PostgresStore:
    """A database that several processes share."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._generation = 0
        self._is_closing = False
        self._connections: dict[str, psycopg.Connection[Row]] = {}
        self._under_way: dict[str, Job] = {}
        self._jobs = {
            key: Jobs(f"store-{key.lower()}", partial(self._work, key))
            for key in (*(one.name for one in Track), _READ)
        }
        for jobs in self._jobs.values():
            jobs.start()

    @property
    def generation(self) -> int:
        """Return a number that changes whenever a connection was lost."""
        return self._generation

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        """Return what *transaction* returns, once it is on disk; else raise StoreRefused."""
        return await self._send(track.name, transaction)

    async def read(self, transaction: Transaction[T]) -> T:
        """Return what *transaction* reads from one consistent state; else raise StoreRefused."""
        return await self._send(_READ, transaction)

    async def close(self) -> None:
        """Give up what is under way and close every connection, within seconds."""
        self._is_closing = True
        for key in self._jobs:
            if key in self._under_way:
                self._cut(key)
        await asyncio.gather(*(jobs.end() for jobs in self._jobs.values()))

    async def _send(self, key: str, transaction: Transaction[T]) -> T:
        try:
            answer: T = await outcome(self._jobs[key].put(transaction), _LATE)
        finally:
            under_way = self._under_way.get(key)
            if under_way and under_way.is_given_up:
                self._cut(key)
        return answer

    def _work(self, key: str) -> None:
        while jobs := self._jobs[key].take():
            for job in jobs:
                self._under_way[key] = job
                job.run(partial(self._carry_out, key, job))
                del self._under_way[key]
            settle(jobs)
        self._drop(key)

    def _carry_out(self, key: str, job: Job, transaction: Transaction[T]) -> T:
        try:
            return self._run(key, job, transaction)
        except psycopg.Error as error:
            if isinstance(error, _MISTAKES) and not isinstance(error, _PASSING):
                raise
            raise StoreRefused(f"the database refuses: {_line(error)}") from error

    def _run(self, key: str, job: Job, transaction: Transaction[T]) -> T:
        losses = 0
        for _ in range(_MOST_RUNS):
            connection = self._connection(key)
            if job.is_given_up or self._is_closing:
                raise StoreRefused("nobody waits for it any more")
            try:
                return self._run_once(connection, transaction, reads_only=key == _READ)
            except _RUN_AGAIN:
                continue
            except psycopg.Error as error:
                losses += 1
                if not self._was_lost(key, error) or losses > _MOST_LOSSES:
                    raise
        raise StoreRefused("a transaction met other changes too often")

    def _run_once(
        self,
        connection: "psycopg.Connection[Row]",
        transaction: Transaction[T],
        *,
        reads_only: bool,
    ) -> T:
        try:
            with connection.cursor(binary=True) as cursor:
                if reads_only:
                    cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
                result = transaction(PostgresCursor(cursor, self._generation))
            connection.commit()
        except Undo as undo:
            connection.rollback()
            answer: T = undo.value
            return answer
        except BaseException:
            if not connection.closed:
                connection.rollback()
            raise
        return result

    def _connection(self, key: str) -> "psycopg.Connection[Row]":
        connection = self._connections.get(key)
        if connection is None:
            connection = connect(self._url)
            self._connections[key] = connection
        return connection

    def _was_lost(self, key: str, error: psycopg.Error) -> bool:
        """Return whether *error* ended the connection, which is dropped then."""
        if not (self._connections[key].closed or isinstance(error, _LOST)):
            return False
        self._drop(key)
        return True

    def _drop(self, key: str) -> None:
        connection = self._connections.pop(key, None)
        if connection is not None:
            self._generation += 1
            connection.close()

    def _cut(self, key: str) -> None:
        """End the wait of the thread: a frozen server answers no cancel either."""
        connection = self._connections.get(key)
        if connection is None:
            return
        with (
            suppress(psycopg.Error, OSError),  # it ended by itself meanwhile
            socket.socket(fileno=os.dup(connection.fileno())) as wire,
        ):
            wire.shutdown(socket.SHUT_RDWR)


def connect(url: str) -> "psycopg.Connection[Row]":
    """Return a new connection to *url* with all its limits set; raise StoreRefused."""
    settings: dict[str, Any] = dict(_SETTINGS)
    try:
        return psycopg.connect(url, **settings)
    except psycopg.ProgrammingError as error:
        why = _line(error).partition(":")[0]  # what follows may quote a password
        raise StoreRefused(f"the URL of the database cannot be read: {why}") from None
    except psycopg.Error as error:
        raise StoreRefused(f"the database cannot be reached: {_line(error)}") from error


@cache
def _text(sql: str) -> str:
    return sql.replace("%", "%%").replace("?", "%s")


def _line(error: BaseException) -> str:
    return str(error).strip().partition("\n")[0]


def prepare(url: str, transaction: Transaction[None]) -> None:
    """Carry out *transaction* once on a connection of its own, such as the migrations."""
    connection = connect(url)
    try:
        with connection.cursor(binary=True) as cursor:
            transaction(PostgresCursor(cursor, 0))
        connection.commit()
    except psycopg.Error as error:
        raise StoreRefused(f"the database refuses: {_line(error)}") from error
    finally:
        connection.close()
