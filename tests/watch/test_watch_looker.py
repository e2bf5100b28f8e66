import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from tests.house import DEAD, HEALTHY, FakeClock, House, ended, house, plan
from tests.loop import in_loop
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import Looking
from watchkeeper.core.reason import Reason
from watchkeeper.core.report import Report
from watchkeeper.core.room import Room
from watchkeeper.core.status import Standing
from watchkeeper.outside.outside import Outside
from watchkeeper.watch.look import Aim
from watchkeeper.watch.looker import Looker
from watchkeeper.watch.notebook import Notebook

Probe = Callable[[str, object, int, Outside], Awaitable[Report]]
LOOKING = Looking(interval_ms=10_000, retries=0, timeout_ms=2_000)
ROOM = Room(most=4, long_ms=1_000)
FINE = Report(status=HEALTHY)


class Watch:
    """A looker at targets of a fake world: who was looked at, and who is being looked at."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.began: list[str] = []
        self.under_way: set[str] = set()
        self.hang: set[str] = set()
        self.answer = FINE
        self.gaps = 0
        self.free = asyncio.Event()
        post = house.post(gaps=lambda: self.gaps)
        notebook = Notebook(house.ground)
        self.looker = Looker(post, notebook)

    async def probe(self, target: str, *_: object) -> Report:
        self.began.append(target)
        self.under_way.add(target)
        try:
            if target in self.hang:
                await self.free.wait()
            return self.answer
        finally:
            self.under_way.discard(target)

    def look_at(self, rooms: Mapping[str, Room], kind: Callable[[str], str]) -> None:
        self.looker.plan({name: self.aim(name, kind(name.replica)) for name in NAMES}, rooms)

    def aim(self, name: ReplicaName, kind: str, probe: Probe | None = None) -> Aim:
        return Aim(
            kind=kind,
            address=name.replica,
            probe=probe or self.probe,
            options=None,
            looking=LOOKING,
        )

    async def pass_ms(self, ms: int) -> None:
        """Let time go on in small steps, and everything happen that is due.

        Only who hangs takes time: a busy machine makes nobody slow.
        """
        for _ in range(ms // 100):
            self.house.clock.pass_ms(100)
            await asyncio.sleep(0.012)
            await self.until(lambda: all(one.replica in self.hang for one in self.looker.looking))

    async def until(self, is_so: Callable[[], bool]) -> None:
        """Let everything happen that needs no time to pass."""
        for _ in range(2_000):
            if is_so():
                return
            await asyncio.sleep(0.01)
        raise AssertionError("it did not come true")

    async def evidence(self) -> str:
        return "".join(body for (body,) in await self.house.rows("SELECT body FROM evidence"))


KEYS = tuple(f"{letter}{number}" for letter in "hp" for number in range(6))
NAMES = [ReplicaName("web", "api", key) for key in KEYS]
HANGING = {key for key in KEYS if key.startswith("h")}


@asynccontextmanager
async def watching(url: str) -> AsyncIterator[Watch]:
    async with house(url, plan({"web:api": KEYS}, looking=LOOKING), FakeClock()) as built:
        watch = Watch(built)
        running = asyncio.create_task(watch.looker.run())
        yield watch
        await ended([running])


@in_loop
async def test_targets_that_hang_take_half_of_the_room_and_delay_nobody(store_url: str) -> None:
    async with watching(store_url) as watch:
        watch.hang = HANGING
        watch.look_at({"http": ROOM}, lambda _: "http")
        await watch.pass_ms(14_000)
        assert len(watch.under_way) == 2
        seen = len(watch.began)
        await watch.pass_ms(10_000)
        assert watch.under_way < HANGING
        await watch.until(lambda: set(watch.began[seen:]) == set(KEYS) - HANGING)


@in_loop
async def test_a_kind_that_fills_its_room_blocks_no_other(store_url: str) -> None:
    async with watching(store_url) as watch:
        watch.hang = HANGING
        rooms = {"script": Room(most=3, long_ms=30_000, makes_way=False), "http": ROOM}
        watch.look_at(rooms, lambda key: "script" if key in HANGING else "http")
        await watch.pass_ms(11_000)
        assert len(watch.under_way) == 3
        assert set(watch.began) >= set(KEYS) - HANGING


@in_loop
async def test_what_is_late_is_looked_at_at_once_and_its_evidence_says_so(store_url: str) -> None:
    async with watching(store_url) as watch:
        watch.answer = Report(status=DEAD, reason=Reason("refused"), evidence="it refused")
        watch.look_at({"http": ROOM}, lambda _: "http")
        await watch.pass_ms(100)
        watch.house.clock.pass_ms(60_000)
        await watch.until(lambda: sorted(watch.began) == sorted(KEYS))
        assert watch.looker.lateness.late == len(KEYS)
        await watch.until(lambda: not watch.looker.looking)
        assert (await watch.evidence()).count("we were late") == len(KEYS)


@in_loop
async def test_a_look_during_which_we_stood_still_is_void_and_taken_again(store_url: str) -> None:
    async with watching(store_url) as watch:
        watch.hang = {"h0"}

        async def dead_by_our_fault(target: str, *_: object) -> Report:
            await watch.probe(target)
            is_first = watch.began.count("h0") == 1
            return Report(status=DEAD, reason=Reason("timeout")) if is_first else FINE

        aim = watch.aim(NAMES[0], "http", dead_by_our_fault)
        watch.looker.plan({NAMES[0]: aim}, {"http": ROOM})
        await watch.pass_ms(11_000)
        assert watch.under_way == {"h0"}
        watch.gaps += 1
        watch.free.set()
        await watch.pass_ms(500)
        assert watch.began == ["h0", "h0"]
        await watch.until(lambda: not watch.looker.looking)
        await watch.house.follower.follow()
        row = watch.house.follower.view.replica(NAMES[0])
        assert row is not None
        assert (row.status, row.standing) == (HEALTHY, Standing.HEARD)


@in_loop
async def test_all_is_seen_once_a_look_at_each_target_counts(store_url: str) -> None:
    async with watching(store_url) as watch:
        watch.hang = {"h0"}
        watch.look_at({"any": ROOM}, lambda _: "any")
        assert not watch.looker.has_seen_all()
        await watch.pass_ms(10_000)
        await watch.until(lambda: set(watch.began) == set(KEYS))
        await watch.until(lambda: watch.under_way == {"h0"})
        assert not watch.looker.has_seen_all()
        watch.free.set()
        await watch.until(watch.looker.has_seen_all)


@in_loop
async def test_a_look_that_breaks_is_blind(store_url: str) -> None:
    async with watching(store_url) as watch:

        async def broken(*_: object) -> Report:
            raise RuntimeError("a mistake of ours")

        aim = watch.aim(NAMES[0], "http", broken)
        watch.looker.plan({NAMES[0]: aim}, {"http": ROOM})
        await watch.pass_ms(10_100)
        await watch.until(lambda: not watch.looker.looking)
        await watch.house.follower.follow()
        row = watch.house.follower.view.replica(NAMES[0])
        assert row is not None
        assert row.standing is Standing.BLIND
