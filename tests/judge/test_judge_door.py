"""What the door does when something goes wrong that nobody expected."""

import asyncio
from pathlib import Path
from typing import TypeVar, cast

import pytest

from tests.house import HEALTHY, SICK, house
from tests.loop import in_loop
from watchkeeper.judge.outcome import Outcome
from watchkeeper.store.cursor import Store, Track, Transaction

T = TypeVar("T")


class Mistaken:
    """The real store, on whose fast path is a mistake."""

    def __init__(self, store: Store) -> None:
        self._store = store

    @property
    def generation(self) -> int:
        return self._store.generation

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        if track is Track.FAST:
            raise ArithmeticError("a value that the database would never take")
        return await self._store.write(transaction, track)

    async def read(self, transaction: Transaction[T]) -> T:
        return await self._store.read(transaction)

    async def close(self) -> None:
        await self._store.close()


class Counting(Mistaken):
    """The real store, which counts the commits of the fast path."""

    commits = 0

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        self.commits += track is Track.FAST
        return await self._store.write(transaction, track)


@in_loop
async def test_reports_that_come_one_after_another_share_a_commit(tmp_path: Path) -> None:
    async with house(str(tmp_path / "wk.db"), around=Counting) as home:
        store = cast("Counting", home.store)
        who = [f"web:push:{number}" for number in range(5)]
        for one in who:
            await home.push(one, HEALTHY)
        before = store.commits
        taken = []
        for one in who:
            taken.append(asyncio.ensure_future(home.push(one, HEALTHY)))
            await asyncio.sleep(0)
        assert await asyncio.gather(*taken) == [Outcome.TAKEN] * 5
        assert store.commits == before + 1


@in_loop
async def test_a_mistake_on_the_fast_path_ends_no_door_and_its_reports_go_through_the_gate(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(str(tmp_path / "wk.db"), around=Mistaken) as home:
        first = await home.push("web:push:1", HEALTHY)
        again = await asyncio.wait_for(home.push("web:push:1", HEALTHY), 30)
        then = await asyncio.wait_for(home.push("web:push:1", SICK), 30)
        assert [first, again, then] == [Outcome.TAKEN] * 3
        heard = await home.rows("SELECT heard FROM sighting")
        assert heard == [(home.clock.steady(),)]
    assert "could not be swallowed" in caplog.text
