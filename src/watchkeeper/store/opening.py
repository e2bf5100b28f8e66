"""Opening a store: from its URL to a database that is ours and up to date."""

import fcntl
import os
import sqlite3
from contextlib import closing
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from watchkeeper.store import migrate, sqlite
from watchkeeper.store.cursor import Cursor, Readable, Store
from watchkeeper.store.errors import StoreRefused, StoreUnusable
from watchkeeper.store.place import is_postgres, sqlite_path

_NOT_OURS = "the database is not Watchkeeper's: choose another --store"
_TABLE_OF_SOMEBODY = """
SELECT 1 FROM pg_class AS t JOIN pg_namespace AS n ON n.oid = t.relnamespace
 WHERE n.nspname = current_schema() AND t.relkind IN ('r', 'p')
   AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = t.oid AND d.deptype = 'e') LIMIT 1
"""


async def open_to_serve(url: str) -> Store:
    """Return the store at *url* for a `serve`: created, migrated, and ours alone if a file.

    Raise StoreUnusable with one line that says what a person must do.
    """
    if is_postgres(url):
        return _open_postgres(url)
    path = sqlite_path(url)
    lock = _lock(path)
    try:
        _refuse_foreign(path)
        connection = sqlite.connect(path)
        _migrate_file(connection)
        connection.close()
        return sqlite.SqliteStore(path, lock)
    except (sqlite3.Error, StoreUnusable) as error:
        lock.close()
        raise StoreUnusable(f"cannot use {path}: {error}; {_way_out(error)}") from error


def _way_out(error: Exception) -> str:
    """Return what the operator can do about *error*."""
    if isinstance(error, sqlite3.Error) and error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
        return "another program writes to it: wait for that, or end it"
    return "choose another --store"


async def open_to_read(url: str) -> Readable:
    """Return the store at *url* for a look beside a running server; it is never changed.

    Raise StoreError with one line where it cannot be read, is not ours, or is newer than this
    program.
    """
    if is_postgres(url):
        postgres = _postgres()
        postgres.prepare(url, _refuse_newer)
        store: Store = postgres.PostgresStore(url)
        return store
    path = sqlite_path(url)
    if not path.is_file():
        raise StoreUnusable(f"there is no database at {path}: has a server been started yet?")
    reader = sqlite.SqliteReader(path)
    try:
        await reader.read(_refuse_newer)
    except BaseException:
        await reader.close()
        raise
    return reader


def _open_postgres(url: str) -> Store:
    postgres = _postgres()
    try:
        postgres.prepare(url, _migrate_tables)
    except StoreRefused as error:
        raise StoreUnusable(f"{error}; see to that, or choose another --store") from error
    store: Store = postgres.PostgresStore(url)
    return store


def _postgres() -> Any:
    try:
        return import_module("watchkeeper.store.postgres")
    except ImportError as error:
        raise StoreUnusable(
            "PostgreSQL needs the package psycopg: install watchkeeper[postgres]"
        ) from error


def _refuse_foreign(path: Path) -> None:
    """Raise StoreUnusable for a database of another program, before anything in it changes."""
    with closing(sqlite3.connect(path)) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if names and "meta" not in names:
        raise StoreUnusable("it is a database of another program")


def _migrate_file(connection: sqlite3.Connection) -> None:
    if sqlite3.sqlite_version_info < sqlite.OLDEST:
        raise StoreUnusable(f"SQLite {sqlite3.sqlite_version} is too old: 3.38 is needed")
    connection.execute("BEGIN IMMEDIATE")
    cursor = sqlite.SqliteCursor(connection)
    is_empty = not cursor.rows("SELECT 1 FROM sqlite_master")
    migrate.migrate(cursor, 0 if is_empty else _version(cursor), migrate.SQLITE)
    connection.execute("COMMIT")


def _migrate_tables(cursor: Cursor) -> None:
    cursor.run("SELECT pg_advisory_xact_lock(7230147)")
    has_meta = cursor.row("SELECT to_regclass('meta') IS NOT NULL")
    if has_meta and has_meta[0]:
        version = _version(cursor)
    elif cursor.row(_TABLE_OF_SOMEBODY):
        raise StoreUnusable(_NOT_OURS)
    else:
        version = 0
    migrate.migrate(cursor, version, migrate.POSTGRES)


def _refuse_newer(cursor: Cursor) -> None:
    migrate.refuse_newer(_version(cursor))


def _version(cursor: Cursor) -> int:
    row = cursor.row("SELECT value FROM meta WHERE key = 'schema_version'")
    if row is None:
        raise StoreUnusable(_NOT_OURS)
    return int(row[0])


def _lock(path: Path) -> IO[str]:
    """Hold the file for this process; the lock ends with it, however it ends."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.with_name(path.name + ".lock").open("w")
    except OSError as error:
        raise StoreUnusable(
            f"cannot write in {path.parent}: {error.strerror}; choose another place with --store"
        ) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        raise StoreUnusable(
            f"{path} is served by another process already: stop it, or choose another --store"
        ) from error
    lock.write(str(os.getpid()))
    lock.flush()
    return lock
