"""The last numbers, as they are read for the page."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

import pytest

from tests.house import DEAD, HEALTHY, REPORTER, SICK, House, ended, house, name, plan
from tests.loop import in_loop
from tests.story import Busy, StoryClock
from watchkeeper.core.measure import Measure
from watchkeeper.core.plan import Mode
from watchkeeper.core.queue import Counts
from watchkeeper.core.report import UNKNOWN, Report
from watchkeeper.core.status import Status
from watchkeeper.judge import measuring
from watchkeeper.judge.measuring import EVERY_MS, Measuring
from watchkeeper.store import measure
from watchkeeper.watch.notebook import Notebook

API, PUSHED = name("web:api:1"), name("web:push:a")


class Home:
    """A house whose looks are noted, and whose numbers are read."""

    def __init__(self, home: House) -> None:
        self.house = home
        self.noted = Notebook(home.ground)
        self.measuring = Measuring(home.ground)

    async def look(self, latency_us: int, status: Status = HEALTHY) -> None:
        """Look at the first replica, and wait until that is written."""
        self.house.clock.pass_ms(1_000)
        self.noted.note(API, Report(status=status, latency_us=latency_us))
        await self.noted.flush()

    async def push(self, cpu: int, ram: int, status: Status = HEALTHY) -> None:
        self.house.clock.pass_ms(1)
        report = Report(
            status=status,
            source=REPORTER,
            heard=self.house.clock.steady(),
            valid_ms=10_000,
            cpu=cpu,
            ram=ram,
        )
        await self.house.take("web:push:a", report)

    async def count(self, seen: Counts | None) -> None:
        await self.house.store.write(partial(measure.count, page_no=1, name="jobs", seen=seen))

    async def replicas(self) -> dict[str, Measure]:
        """Return the numbers as they are now, by the replica's name."""
        await self.measuring.measure()
        services = self.measuring.measures().replicas.values()
        return {str(who): measure for service in services for who, measure in service.items()}

    async def queues(self) -> dict[str, Counts]:
        await self.measuring.measure()
        return dict(self.measuring.measures().queues)


@asynccontextmanager
async def home(url: str) -> AsyncIterator[Home]:
    async with house(url, plan({"web:api": ("1", "2"), "web:push": Mode.PUSH})) as one:
        yield Home(one)


@in_loop
async def test_a_replica_has_the_latency_of_its_last_look(store_url: str) -> None:
    async with home(store_url) as h:
        await h.look(10)
        await h.look(30)
        await h.look(20, SICK)
        assert await h.replicas() == {"web:api:1": Measure(20)}


@in_loop
async def test_a_look_that_was_not_answered_takes_the_latency_away(store_url: str) -> None:
    async with home(store_url) as h:
        await h.look(10)
        await h.look(20, DEAD)
        assert await h.replicas() == {}
        await h.look(UNKNOWN)
        assert await h.replicas() == {}


@in_loop
async def test_a_latency_stays_until_the_next_look_though_its_hour_was_packed(
    store_url: str,
) -> None:
    async with home(store_url) as h:
        await h.look(10)
        assert await h.replicas() == {"web:api:1": Measure(10)}
        await h.house.run("DELETE FROM recent")
        h.house.clock.pass_ms(60 * EVERY_MS)
        assert await h.replicas() == {"web:api:1": Measure(10)}
        await h.look(20)
        assert await h.replicas() == {"web:api:1": Measure(20)}


@in_loop
async def test_a_wall_clock_that_was_set_back_stops_no_latency(store_url: str) -> None:
    async with home(store_url) as h:
        await h.look(10)
        h.house.clock.wall_ms -= 3_600_000
        await h.look(20)
        assert await h.replicas() == {"web:api:1": Measure(20)}


@in_loop
async def test_a_replica_has_the_loads_that_it_said_last(store_url: str) -> None:
    async with home(store_url) as h:
        await h.push(100, 200)
        await h.push(300, 400)
        assert await h.replicas() == {"web:push:a": Measure(UNKNOWN, 300, 400)}


@in_loop
async def test_a_silent_replica_has_no_loads(store_url: str) -> None:
    async with home(store_url) as h:
        await h.push(100, 200)
        h.house.clock.pass_ms(20_000)
        await h.house.silence("web:push:a")
        assert await h.replicas() == {}


@in_loop
async def test_what_is_no_longer_watched_has_no_numbers(store_url: str) -> None:
    async with home(store_url) as h:
        await h.look(10)
        await h.push(100, 200)
        assert len(await h.replicas()) == 2
        await h.house.adopt(plan({"web:api": ("2",), "web:push": Mode.PUSH}))
        await h.house.door.flush(PUSHED, "reporter")
        await h.house.follower.follow()
        assert await h.replicas() == {}


@in_loop
async def test_a_queue_has_what_it_was_last_seen_with(store_url: str) -> None:
    async with home(store_url) as h:
        for seen in (Counts(5, 2), Counts(5, 2), Counts(0, 3)):
            await h.count(seen)
            assert await h.queues() == {"jobs": seen}
        await h.count(None)
        await h.count(None)
        assert await h.queues() == {}


@in_loop
async def test_a_page_with_very_many_replicas_has_no_numbers(
    store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with home(store_url) as h:
        await h.look(10)
        monkeypatch.setattr(measuring, "MOST_REPLICAS", 1)
        assert await h.replicas() == {}


@in_loop
async def test_numbers_are_the_same_object_until_any_is_another(store_url: str) -> None:
    async with home(store_url) as h:
        before = h.measuring.measures()
        await h.measuring.measure()
        assert h.measuring.measures() is before
        await h.look(10)
        await h.measuring.measure()
        assert h.measuring.measures() is not before


@in_loop
async def test_they_are_read_at_each_full_minute_whatever_the_store_refuses(
    store_url: str,
) -> None:
    clock = StoryClock()
    async with house(store_url, clock=clock) as one:
        disk = Busy(one.store)
        read = Measuring(replace(one.ground, store=disk))
        await disk.write(partial(measure.count, page_no=1, name="jobs", seen=Counts(1, 1)))
        disk.refuses = True
        running, began = asyncio.create_task(read.run()), read.measures()
        await asyncio.sleep(0)
        woken = clock.next_wake()
        assert woken is not None
        assert (woken % EVERY_MS, read.measures()) == (0, began)
        disk.refuses = False
        clock.move_to(woken)
        while read.measures() is began:
            await disk.read(lambda _: None)
        await ended([running])
