"""What PostgreSQL says is told in its own words; only a lost connection is a lost one."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from tests.cluster import Cluster
from tests.loop import in_loop
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.errors import StoreRefused
from watchkeeper.store.postgres import PostgresCursor, PostgresStore

_ANSWER = "SELECT 1"


@asynccontextmanager
async def opened(cluster: Cluster) -> AsyncIterator[PostgresStore]:
    store = PostgresStore(cluster.server.url)
    try:
        yield store
    finally:
        await store.close()


def raised(code: str, text: str) -> str:
    return f"DO $$ BEGIN RAISE EXCEPTION '{text}' USING ERRCODE = '{code}'; END $$"


class Statements:
    """A transaction that runs one of *texts* at each run, and counts its runs."""

    def __init__(self, *texts: str) -> None:
        self.texts = texts
        self.runs = 0
        self.has_begun = threading.Event()

    def __call__(self, cursor: Cursor) -> None:
        self.runs += 1
        self.has_begun.set()
        cursor.run(self.texts[min(self.runs, len(self.texts)) - 1])


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("53100", "No space left on device"),
        ("53300", "too many connections"),
        ("57014", "canceling statement due to statement timeout"),
        ("42501", "permission denied for table page"),
    ],
)
@in_loop
async def test_a_database_that_cannot_now_is_asked_once_and_told_in_its_own_words(
    cluster: Cluster, code: str, text: str
) -> None:
    full = Statements(raised(code, text))

    async with opened(cluster) as store:
        with pytest.raises(StoreRefused, match=f"^the database refuses: {text}$"):
            await store.write(full)
        assert (full.runs, store.generation) == (1, 0)


@in_loop
async def test_a_mistake_in_a_transaction_is_its_own(cluster: Cluster) -> None:
    async with opened(cluster) as store:
        with pytest.raises(psycopg.DataError):
            await store.write(lambda cursor: cursor.run("SELECT CAST(? AS TEXT)", ("\0",)))
        assert store.generation == 0


@in_loop
async def test_a_deadlock_is_run_again_on_the_same_connection(cluster: Cluster) -> None:
    met = Statements(*[raised("40P01", "deadlock detected")] * 9, _ANSWER)

    async with opened(cluster) as store:
        await store.write(met)
        assert (met.runs, store.generation) == (10, 0)


@pytest.mark.parametrize(
    "ended",
    ["SELECT pg_terminate_backend(pg_backend_pid())", raised("25006", "a standby now")],
)
@in_loop
async def test_a_lost_connection_is_made_anew_and_the_transaction_run_again(
    cluster: Cluster, ended: str
) -> None:
    lost = Statements(ended, _ANSWER)

    async with opened(cluster) as store:
        await store.write(lost)
        assert (lost.runs, store.generation) == (2, 1)


@in_loop
async def test_a_connection_that_is_lost_each_time_is_a_refusal(cluster: Cluster) -> None:
    lost = Statements("SELECT pg_terminate_backend(pg_backend_pid())")

    async with opened(cluster) as store:
        with pytest.raises(StoreRefused, match="terminating connection"):
            await store.write(lost)
        assert lost.runs == 3


@in_loop
async def test_a_caller_who_leaves_ends_the_wait_for_the_database(cluster: Cluster) -> None:
    slow, next_one = Statements("SELECT pg_sleep(3600)"), Statements(_ANSWER)

    async with opened(cluster) as store:
        waiting = asyncio.create_task(store.write(slow))
        await asyncio.to_thread(slow.has_begun.wait)
        waiting.cancel()
        await store.write(next_one)
    assert (slow.runs, next_one.runs) == (1, 1)


@in_loop
async def test_closing_ends_the_wait_of_those_who_still_wait(cluster: Cluster) -> None:
    slow = Statements("SELECT pg_sleep(3600)")

    async with opened(cluster) as store:
        waiting = asyncio.create_task(store.write(slow))
        await asyncio.to_thread(slow.has_begun.wait)
    with pytest.raises(StoreRefused):
        await waiting


@in_loop
async def test_a_caller_may_leave_when_the_connection_has_just_closed(cluster: Cluster) -> None:
    begun, release = threading.Event(), threading.Event()

    def closed(cursor: Cursor) -> None:
        assert isinstance(cursor, PostgresCursor)
        cursor._cursor.connection.close()  # noqa: SLF001 - as the network would
        begun.set()
        release.wait()

    async with opened(cluster) as store:
        waiting = asyncio.create_task(store.write(closed))
        await asyncio.to_thread(begun.wait)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        release.set()


@in_loop
async def test_a_plan_that_is_kept_while_a_table_is_small_is_good_when_it_is_large(
    cluster: Cluster,
) -> None:
    def plan_of_a_small_table(cursor: Cursor) -> str:
        cursor.run("CREATE TEMPORARY TABLE small (no BIGINT PRIMARY KEY)")
        cursor.run("INSERT INTO small VALUES (1)")
        cursor.run("ANALYZE small")
        return str(cursor.row("EXPLAIN SELECT 1 FROM small WHERE no = ?", (1,)))

    async with opened(cluster) as store:
        assert "Index" in await store.write(plan_of_a_small_table)
