"""The statement that is carried out most: what it moves, and that it is carried out alone."""

from collections.abc import Sequence
from typing import Any

from tests.house import HEALTHY, SICK, House, house
from tests.loop import in_loop
from watchkeeper.store import sighting
from watchkeeper.store.cursor import Cursor, Row
from watchkeeper.store.sighting import Repeat, SightingKey

WHO = [f"web:push:{number}" for number in range(3)]


class Counted:
    """A cursor that counts what it is asked."""

    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor
        self.generation = cursor.generation
        self.asked = 0

    def run(self, sql: str, values: Sequence[Any] = ()) -> int:
        self.asked += 1
        return self._cursor.run(sql, values)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        self.asked += 1
        return self._cursor.rows(sql, values)

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        self.asked += 1
        return self._cursor.row(sql, values)

    def one(self, sql: str, values: Sequence[Any] = ()) -> Row:
        self.asked += 1
        return self._cursor.one(sql, values)

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        self.asked += 1
        return self._cursor.run_many(sql, rows)


async def heard(home: House) -> list[Repeat]:
    """Each of three has spoken; return what all of them say again a second later."""
    for who in WHO:
        await home.push(who)
    kept = await home.store.read(lambda cursor: sighting.of_replicas(cursor, range(9)))
    return sorted(
        Repeat(*one.key, HEALTHY, "", one.sighting.heard + 1_000, -1, 10_000, -1, -1)
        for one in kept
    )


async def swallowed(home: House, repeats: list[Repeat]) -> tuple[set[SightingKey], int]:
    def transaction(cursor: Cursor) -> tuple[set[SightingKey], int]:
        counted = Counted(cursor)
        return sighting.swallow(counted, repeats), counted.asked

    return await home.store.write(transaction)


@in_loop
async def test_reports_that_say_nothing_new_are_one_statement(store_url: str) -> None:
    async with house(store_url) as home:
        said = await heard(home)
        assert len(said) == 3
        assert await swallowed(home, said) == (set(), 1)


@in_loop
async def test_one_that_says_something_new_is_named_and_the_others_move(store_url: str) -> None:
    async with house(store_url) as home:
        first, second, third = await heard(home)
        news = second._replace(status=SICK)
        left, _ = await swallowed(home, [first, news, third])
        assert left == {second.key}
        moments = await home.rows("SELECT heard FROM sighting ORDER BY replica_no")
        before = second.heard - 1_000
        assert moments == [(first.heard,), (before,), (third.heard,)]


@in_loop
async def test_what_is_on_disk_already_is_no_news(store_url: str) -> None:
    async with house(store_url) as home:
        said = await heard(home)
        await swallowed(home, said)
        assert await swallowed(home, said) == (set(), 2)
