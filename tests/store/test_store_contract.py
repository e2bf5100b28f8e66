"""What every store promises, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from watchkeeper.store.cursor import Again, Cursor, Store, Undo
from watchkeeper.store.errors import StoreRefused

OpenStore = Callable[[], AbstractAsyncContextManager[Store]]


def keep(key: str, value: str = "") -> Callable[[Cursor], None]:
    def transaction(cursor: Cursor) -> None:
        cursor.run("INSERT INTO meta (key, value) VALUES (?, ?)", (key, value))

    return transaction


def kept(cursor: Cursor) -> set[str]:
    return {key for (key,) in cursor.rows("SELECT key FROM meta")} - {"schema_version"}


def test_what_was_written_is_there_at_the_next_start(open_store: OpenStore) -> None:
    async def main() -> None:
        async with open_store() as store:
            await store.write(keep("a"))
        async with open_store() as store:
            assert await store.read(kept) == {"a"}

    asyncio.run(main())


def test_a_transaction_that_fails_leaves_nothing_and_hurts_no_other(open_store: OpenStore) -> None:
    def fails(cursor: Cursor) -> None:
        keep("half")(cursor)
        raise LookupError("on purpose")

    async def main() -> None:
        async with open_store() as store:
            good = [store.write(keep(f"good {n}")) for n in range(20)]
            bad = [store.write(fails) for _ in range(5)]
            ended = await asyncio.gather(*good, *bad, return_exceptions=True)
            assert sum(isinstance(one, LookupError) for one in ended) == 5
            assert await store.read(kept) == {f"good {n}" for n in range(20)}

    asyncio.run(main())


def test_undo_leaves_nothing_and_still_answers(open_store: OpenStore) -> None:
    def undone(cursor: Cursor) -> str:
        keep("a")(cursor)
        raise Undo("answer")

    async def main() -> None:
        async with open_store() as store:
            assert await store.write(undone) == "answer"
            assert await store.read(kept) == set()

    asyncio.run(main())


def test_again_runs_the_transaction_once_more_from_the_beginning(open_store: OpenStore) -> None:
    runs: list[int] = []

    def second_time(cursor: Cursor) -> None:
        keep("a")(cursor)
        runs.append(1)
        if len(runs) == 1:
            raise Again

    async def main() -> None:
        async with open_store() as store:
            await store.write(second_time)
            assert len(runs) == 2
            assert await store.read(kept) == {"a"}

    asyncio.run(main())


def test_a_statement_that_the_database_refuses_is_a_refused_store(open_store: OpenStore) -> None:
    async def main() -> None:
        async with open_store() as store:
            await store.write(keep("a"))
            with pytest.raises(StoreRefused):
                await store.write(keep("a"))
            await store.write(keep("b"))
            assert await store.read(kept) == {"a", "b"}

    asyncio.run(main())


def test_a_reader_cannot_write(open_store: OpenStore) -> None:
    async def main() -> None:
        async with open_store() as store:
            with pytest.raises(StoreRefused):
                await store.read(keep("a"))
            assert await store.read(kept) == set()

    asyncio.run(main())


def test_rows_are_counted_over_many_statements(open_store: OpenStore) -> None:
    def count(cursor: Cursor) -> tuple[int, int]:
        for key in "abc":
            keep(key)(cursor)
        sql = "UPDATE meta SET value = 'x' WHERE key = ?"
        return cursor.run_many(sql, [("a",), ("b",), ("nobody",)]), cursor.run_many(sql, [])

    async def main() -> None:
        async with open_store() as store:
            assert await store.write(count) == (2, 0)

    asyncio.run(main())
