"""What every store promises, on SQLite and on PostgreSQL."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import psycopg
import pytest

from tests.loop import in_loop
from watchkeeper.store.cursor import Again, Cursor, Store, Undo
from watchkeeper.store.errors import StoreRefused

OpenStore = Callable[[], AbstractAsyncContextManager[Store]]


def keep(key: str, value: str = "") -> Callable[[Cursor], None]:
    def transaction(cursor: Cursor) -> None:
        cursor.run("INSERT INTO meta (key, value) VALUES (?, ?)", (key, value))

    return transaction


def kept(cursor: Cursor) -> set[str]:
    return {key for (key,) in cursor.rows("SELECT key FROM meta")} - {"schema_version"}


class Hung:
    """A transaction that hangs until its *release*."""

    def __init__(self) -> None:
        self.release = threading.Event()
        self._begun = threading.Event()

    def __call__(self, cursor: Cursor) -> None:
        del cursor
        self._begun.set()
        self.release.wait()

    async def has_begun(self) -> None:
        await asyncio.to_thread(self._begun.wait)


@in_loop
async def test_what_was_written_is_there_at_the_next_start(open_store: OpenStore) -> None:
    async with open_store() as store:
        await store.write(keep("a"))
    async with open_store() as store:
        assert await store.read(kept) == {"a"}


@in_loop
async def test_a_transaction_that_fails_leaves_nothing_and_hurts_no_other(
    open_store: OpenStore,
) -> None:
    def fails(cursor: Cursor) -> None:
        keep("half")(cursor)
        raise LookupError("on purpose")

    async with open_store() as store:
        good = [store.write(keep(f"good {n}")) for n in range(20)]
        bad = [store.write(fails) for _ in range(5)]
        ended = await asyncio.gather(*good, *bad, return_exceptions=True)
        assert sum(isinstance(one, LookupError) for one in ended) == 5
        assert await store.read(kept) == {f"good {n}" for n in range(20)}


@in_loop
async def test_undo_leaves_nothing_and_still_answers(open_store: OpenStore) -> None:
    def undone(cursor: Cursor) -> str:
        keep("a")(cursor)
        raise Undo("answer")

    async with open_store() as store:
        assert await store.write(undone) == "answer"
        assert await store.read(kept) == set()


@in_loop
async def test_again_runs_the_transaction_once_more_from_the_beginning(
    open_store: OpenStore,
) -> None:
    runs: list[int] = []

    def second_time(cursor: Cursor) -> None:
        keep("a")(cursor)
        runs.append(1)
        if len(runs) == 1:
            raise Again

    async with open_store() as store:
        await store.write(second_time)
        assert len(runs) == 2
        assert await store.read(kept) == {"a"}


@in_loop
async def test_what_the_database_will_never_take_is_told_as_it_is_and_hurts_no_other(
    open_store: OpenStore,
) -> None:
    async with open_store() as store:
        await store.write(keep("a"))
        with pytest.raises((sqlite3.IntegrityError, psycopg.IntegrityError)):
            await store.write(keep("a"))
        await store.write(keep("b"))
        assert await store.read(kept) == {"a", "b"}


@in_loop
async def test_what_nobody_waits_for_any_more_is_not_begun(open_store: OpenStore) -> None:
    hung = Hung()

    async with open_store() as store:
        first = asyncio.create_task(store.write(hung))
        await hung.has_begun()
        second = asyncio.create_task(store.write(keep("second")))
        await asyncio.sleep(0)
        second.cancel()
        hung.release.set()
        await first
        await store.write(keep("third"))
        assert await store.read(kept) == {"third"}


@pytest.mark.parametrize("way", ["read", "write"])
@in_loop
async def test_a_store_that_hangs_is_given_up_and_closed(
    open_store: OpenStore, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr("watchkeeper.store.job.DEADLINE_S", 0.05)
    monkeypatch.setattr("watchkeeper.store.job.END_S", 0.05)
    hung = Hung()

    async with open_store() as store:
        with pytest.raises(StoreRefused, match="did not answer in time"):
            await getattr(store, way)(hung)
    with pytest.raises(StoreRefused, match="is closed"):
        await getattr(store, way)(hung)
    hung.release.set()


@in_loop
async def test_a_reader_cannot_write(open_store: OpenStore) -> None:
    async with open_store() as store:
        with pytest.raises(StoreRefused):
            await store.read(keep("a"))
        assert await store.read(kept) == set()


@in_loop
async def test_rows_are_counted_over_many_statements(open_store: OpenStore) -> None:
    def count(cursor: Cursor) -> tuple[int, int]:
        for key in "abc":
            keep(key)(cursor)
        sql = "UPDATE meta SET value = 'x' WHERE key = ?"
        return cursor.run_many(sql, [("a",), ("b",), ("nobody",)]), cursor.run_many(sql, [])

    async with open_store() as store:
        assert await store.write(count) == (2, 0)
