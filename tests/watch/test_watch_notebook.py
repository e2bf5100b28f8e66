"""From a look's latency in memory to a blob of its hour, through refusals and clock steps."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import pytest

from tests.house import HEALTHY, House, ended, house, name
from tests.loop import in_loop
from tests.stores import Around
from tests.story import Busy, StoryClock
from watchkeeper.core import histogram
from watchkeeper.core.moment import HOUR_MS
from watchkeeper.core.report import Report
from watchkeeper.outside.outside import real
from watchkeeper.store.cursor import Store, Track, Transaction
from watchkeeper.store.errors import StoreRefused
from watchkeeper.watch import notebook, packing
from watchkeeper.watch.notebook import Notebook
from watchkeeper.watch.packing import LATE_MS, WORK, pack_for_ever, pack_next

T = TypeVar("T")


def look_at(home: House, notes: Notebook, *who: str) -> None:
    """Note one look at each of *who*, a second after the last."""
    for one in who:
        home.clock.pass_ms(1_000)
        notes.note(name(one), Report(status=HEALTHY, latency_us=10))


async def pack_all(home: House) -> int:
    """Return how many hours were packed."""
    packed = 0
    while await pack_next(home.store, home.clock):
        packed += 1
    return packed


async def count(home: House, table: str) -> int:
    [(found,)] = await home.rows(f"SELECT COUNT(*) FROM {table}")
    return int(found)


async def counted(home: House) -> int:
    """Return how many latencies the packed hours count."""
    rows = await home.rows("SELECT histogram FROM latency_hour")
    return sum(histogram.total(histogram.parse(blob)) for (blob,) in rows)


@in_loop
async def test_what_was_noted_is_written_and_no_longer_in_memory(store_url: str) -> None:
    async with house(store_url) as home:
        notes = Notebook(home.ground)
        look_at(home, notes, "web:api:1", "web:api:2", "web:api:gone")
        first = home.clock.wall() - 2_000
        await notes.flush()
        assert len(notes) == 0
        rows = await home.rows("SELECT at, status, latency_us FROM recent ORDER BY at")
        assert rows == [(first, 0, 10), (first + 1_000, 0, 10)]


@in_loop
async def test_a_store_that_refuses_makes_memory_no_larger(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebook, "MOST", 5)

    async with house(store_url) as home:
        busy = Busy(home.store)
        notes = Notebook(replace(home.ground, store=busy))
        busy.refuses = True
        for _ in range(4):
            look_at(home, notes, *["web:api:1"] * 2)
            with pytest.raises(StoreRefused):
                await notes.flush()
        assert len(notes) == 5
        busy.refuses = False
        await notes.flush()
        oldest = home.clock.wall() - 4_000
        assert await home.rows("SELECT COUNT(*), MIN(at) FROM recent") == [(5, oldest)]


@in_loop
async def test_looks_that_come_while_others_are_written_are_written_too(store_url: str) -> None:
    async with house(store_url) as home:
        notes = Notebook(home.ground)
        look_at(home, notes, "web:api:1")
        writing = asyncio.create_task(notes.flush())
        await asyncio.sleep(0)
        look_at(home, notes, "web:api:2")
        await writing
        assert await count(home, "recent") == 2


@in_loop
async def test_what_is_noted_after_a_start_is_written_soon_and_then_once_a_minute(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        clock = StoryClock()
        notes = Notebook(replace(home.ground, outside=real(clock=clock)))
        running = asyncio.create_task(notes.run())
        for wait_ms in (notebook.FIRST_MS, notebook.EVERY_MS, notebook.EVERY_MS):
            await until(partial(sleeps, clock))
            assert clock.next_wake() == clock.steady() + wait_ms
            notes.note(name("web:api:1"), Report(status=HEALTHY, latency_us=10))
            clock.move_to(clock.steady() + wait_ms)
            await until(partial(is_empty, notes))
        assert await count(home, "recent") == 3
        await ended([running])


@in_loop
async def test_much_is_written_before_the_minute_is_over_and_a_refusal_ends_nothing(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notebook, "ENOUGH", 2)

    async with house(store_url) as home:
        busy, clock = Busy(home.store), StoryClock()
        notes = Notebook(replace(home.ground, outside=real(clock=clock), store=busy))
        running = asyncio.create_task(notes.run())
        busy.refuses = True
        for who in ("web:api:1", "web:api:2"):
            notes.note(name(who), Report(status=HEALTHY, latency_us=10))
            clock.pass_ms(1)
        await asyncio.sleep(0.05)
        assert len(notes) == 2
        busy.refuses = False
        clock.move_to(clock.steady() + notebook.EVERY_MS)
        await until(partial(is_empty, notes))
        notes.note(name("web:api:1"), Report(status=HEALTHY, latency_us=10))
        clock.pass_ms(1)
        notes.note(name("web:api:1"), Report(status=HEALTHY, latency_us=10))
        await until(partial(is_empty, notes))
        assert await count(home, "recent") == 4
        await ended([running])


@in_loop
async def test_whoever_packs_goes_on_packing_and_nobody_else_does(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        notes = Notebook(home.ground)
        idle, busy = await home.pair(WORK)
        running = [asyncio.create_task(pack_for_ever(idle))]
        for _ in range(2):
            look_at(home, notes, "web:api:1")
            await notes.flush()
            home.clock.pass_ms(2 * HOUR_MS)
            await asyncio.sleep(0.05)
        assert await count(home, "recent") == 2
        running.append(asyncio.create_task(pack_for_ever(busy)))
        await until(lambda: home.rows("SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM recent)"))
        assert await counted(home) == 2
        await ended(running)


async def until(is_so: Callable[[], Awaitable[object]]) -> None:
    """Wait until *is_so*, for seconds at most."""
    for _ in range(500):
        if await is_so():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it did not become so")


async def is_empty(notes: Notebook) -> bool:
    return len(notes) == 0


async def sleeps(clock: StoryClock) -> bool:
    return clock.next_wake() is not None


@in_loop
async def test_an_hour_is_packed_once_it_is_over_and_nobody_has_looks_in_memory(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        notes = Notebook(home.ground)
        look_at(home, notes, *["web:api:1"] * 3)
        await notes.flush()
        home.clock.pass_ms(HOUR_MS + LATE_MS - home.clock.wall() % HOUR_MS - 1)
        assert await pack_all(home) == 0
        home.clock.pass_ms(1)
        assert await pack_all(home) == 1
        assert (await counted(home), await count(home, "recent")) == (3, 0)


@in_loop
async def test_a_kill_between_packing_and_forgetting_counts_nothing_twice(store_url: str) -> None:
    async with house(store_url) as home:
        notes = Notebook(home.ground)
        look_at(home, notes, *["web:api:1"] * 3)
        await notes.flush()
        home.clock.pass_ms(2 * HOUR_MS)
        rows = await home.rows("SELECT at, replica_no, status, latency_us FROM recent")
        assert await pack_all(home) == 1
        for row in rows:
            await home.run("INSERT INTO recent VALUES (?, ?, ?, ?)", *row)
        assert await pack_all(home) == 1
        assert (await counted(home), await count(home, "recent")) == (3, 0)


class Failing(Around):
    """The real store, whose *at*-th call fails; *late*: only its answer is lost."""

    def __init__(self, store: Store, at: int, *, late: bool) -> None:
        super().__init__(store)
        self._left = at
        self._late = late

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        return await self._tried(self._store.write(transaction, track))

    async def read(self, transaction: Transaction[T]) -> T:
        return await self._tried(self._store.read(transaction))

    async def _tried(self, work: Coroutine[Any, Any, T]) -> T:
        self._left -= 1
        if self._left:
            return await work
        if self._late:
            await work
        else:
            work.close()
        raise StoreRefused("on purpose")


@pytest.mark.parametrize("late", [False, True])
def test_packing_that_fails_at_any_step_is_made_good_by_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, late: bool
) -> None:
    monkeypatch.setattr(packing, "SLICE_MS", HOUR_MS // 3)
    monkeypatch.setattr(packing, "REPLICAS_AT_ONCE", 1)

    async def main(at: int) -> bool:
        """Return whether there was a step number *at*."""
        async with house(str(tmp_path / f"{at}.db")) as home:
            notes = Notebook(home.ground)
            for who in ("web:api:1", "web:api:2"):
                look_at(home, notes, *[who] * 3)
                home.clock.pass_ms(HOUR_MS // 3)
            await notes.flush()
            home.clock.pass_ms(2 * HOUR_MS)
            was_there = False
            try:
                while await pack_next(Failing(home.store, at, late=late), home.clock):
                    pass
            except StoreRefused:
                was_there = True
            await pack_all(home)
            assert (await counted(home), await count(home, "recent")) == (6, 0)
            return was_there

    steps = [at for at in range(1, 30) if asyncio.run(main(at))]
    assert len(steps) >= 8


@pytest.mark.parametrize("step_ms", [365 * 24 * HOUR_MS, -365 * 24 * HOUR_MS])
@in_loop
async def test_a_step_of_the_wall_clock_loses_nothing(store_url: str, step_ms: int) -> None:
    async with house(store_url) as home:
        notes = Notebook(home.ground)
        for step in (0, step_ms, -step_ms):
            home.clock.wall_ms += step
            look_at(home, notes, "web:api:1")
        await notes.flush()
        home.clock.pass_ms(2 * HOUR_MS)
        assert await pack_all(home) == 2
        assert (await counted(home), await count(home, "recent")) == (3, 0)
