"""A story: the program on a clock that the test moves, in a few lines for a whole day.

The store, the door, silence and the lanes are the real ones; the receiver and the time are
the world, and so the test's.
"""

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any, TypeVar, cast

from tests.house import INSTALLATION, FakeClock, House, ended, house, plan
from tests.stores import Around
from watchkeeper.core.compose import Sender
from watchkeeper.core.hearing import hearing_of
from watchkeeper.core.message import Message
from watchkeeper.core.pace import pace_of
from watchkeeper.core.plan import Plan
from watchkeeper.outside.outside import Outside
from watchkeeper.speak.speaker import Speaker
from watchkeeper.speak.tongue import LaneName, Tongue
from watchkeeper.speak.unrecorded import Unrecorded
from watchkeeper.store import gate
from watchkeeper.store.cursor import Store, Track, Transaction
from watchkeeper.store.errors import StoreRefused
from watchkeeper.watch.reminders import Reminders
from watchkeeper.watch.silence import Silence
from watchkeeper.watch.warden import Warden
from watchkeeper.watch.workers import Workers

T = TypeVar("T")
PACE = (30_000, 120_000, 300_000)


class StoryClock(FakeClock):
    """A fake clock whose sleepers wake when the test has moved it far enough."""

    def __init__(self) -> None:
        super().__init__()
        self._order = count()
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []

    async def sleep(self, ms: int) -> None:
        wake: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.steady() + ms, next(self._order), wake))
        await wake

    def next_wake(self) -> int | None:
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def move_to(self, steady: int) -> None:
        self.pass_ms(steady - self.steady())
        while self._sleepers and self._sleepers[0][0] <= steady:
            wake = heapq.heappop(self._sleepers)[2]
            if not wake.done():
                wake.set_result(None)


class Busy(Around):
    """The real store, how many transactions are under way in it, and a disk that may fail."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.under_way = 0
        self.refuses = False

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        return await self._counted(self._store.write(transaction, track))

    async def read(self, transaction: Transaction[T]) -> T:
        return await self._counted(self._store.read(transaction))

    async def _counted(self, work: Coroutine[Any, Any, T]) -> T:
        if self.refuses:
            work.close()
            raise StoreRefused("the disk is full")
        self.under_way += 1
        try:
            return await work
        finally:
            self.under_way -= 1


class Threads(ThreadPoolExecutor):
    """The threads of the loop, and how much is under way in them."""

    under_way = 0

    def submit(self, work: Callable[..., T], /, *args: Any, **kwargs: Any) -> "Future[T]":
        self.under_way += 1
        future = super().submit(work, *args, **kwargs)
        future.add_done_callback(self._done)
        return future

    def _done(self, _: "Future[Any]") -> None:
        self.under_way -= 1


Answer = Callable[[Message], None]


@dataclass
class Story:
    """A day: what was said so far, each with the minutes and seconds since the beginning."""

    home: House
    clock: StoryClock
    store: Busy
    threads: Threads
    speaker: Speaker
    workers: Workers
    began: int
    said: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    heard: list[tuple[str, str]] = field(default_factory=list)
    moments: list[float] = field(default_factory=list)
    unrecorded: Path = Path()
    answers: dict[str, Answer] = field(default_factory=dict)

    async def until(self, moment: str) -> None:
        """Let the time pass until *moment*, `minutes:seconds` after the beginning."""
        end = self.began + _ms(moment)
        await self.settle()
        while (wake := self.clock.next_wake()) is not None and wake <= end:
            self.clock.move_to(wake)
            await self.settle()
        self.clock.move_to(end)
        await self.settle()

    async def adopt(self, wanted: Plan) -> None:
        """Load a changed file."""
        self.workers.plan_digest = wanted.digest
        await self.workers.beat()
        await self.home.adopt(wanted)
        self.listen()
        await self.settle()

    def listen(self) -> None:
        """Be the other side of every channel of the plan."""
        heard = {name.channel: one.hearing for name, one in self.speaker.tongues.items()}
        self.speaker.tongues = {
            LaneName(channel.key, key): Tongue(
                sender=Sender(
                    installation=INSTALLATION,
                    channel=channel.key,
                    target=key,
                    rank=target.rank,
                    page=self.home.plan.page,
                ),
                hearing=hearing_of(
                    self.home.plan, channel, heard.get(channel.key), self.home.departed
                ),
                settings=key,
                send=partial(self.hear, channel.key),
                pace=pace_of(PACE, channel.daily_limit),
            )
            for channel in self.home.plan.channels
            for key, target in channel.targets.items()
        }

    async def sleep_through(self, moment: str, stride_min: int = 1) -> None:
        """Let the time pass until *moment* in strides of *stride_min* minutes, for whole days."""
        while self.clock.steady() < self.began + _ms(moment):
            self.clock.move_to(self.clock.steady() + stride_min * 60_000)
            await self.settle()

    async def settle(self) -> None:
        """Wait until nothing is under way but what waits for the clock."""
        quiet = 0
        while quiet < 12:
            await asyncio.sleep(0)
            is_busy = self.store.under_way or self.threads.under_way
            await asyncio.sleep(0.0005 if is_busy else 0)
            quiet = 0 if is_busy else quiet + 1

    async def look(self, who: str, status: Any, at: str, why: str = "") -> None:
        """Let a look at *who* end at *moment* with *status*."""
        await self.until(at)
        with suppress(StoreRefused):
            await self.home.look(who, status, why=why)
        self.home.follower.hurry()
        await self.settle()

    async def mute(self, moment: str, *, until: str) -> None:
        """Remind nobody from *moment* on, as a person orders, *until* then."""
        await self.until(moment)
        quiet_until = self.began + _ms(until)
        await self.store.write(
            partial(gate.save_mute, page_no=self.home.page_no, until=quiet_until)
        )

    def of(self, channel: str) -> list[str]:
        """What was said on *channel*, a key or a key and a target."""
        return [words for who, words in self.heard if who.split()[0] == channel or who == channel]

    async def hear(
        self, channel: str, message: Message, settings: object, outside: Outside
    ) -> None:
        """Receive a message as the other side of *channel*; an answer may raise."""
        del outside
        if channel in self.answers:
            self.answers[channel](message)
        passed = (self.clock.steady() - self.began) // 1000
        names = " ".join(
            f"{name}?" if name in message.sick else str(name) for name in message.replicas
        )
        back = " ".join(f"+{one.replica}" for one in message.recovered)
        flaps = [f"~{one.replica}" for one in message.flapping]
        flaps += [f"={one.replica}" for one in message.stable]
        when = f"{passed // 60}:{passed % 60:02}"
        words = (when, message.kind, message.status.word, names, back, *flaps)
        self.said.append(" ".join(filter(None, words)))
        self.messages.append(message)
        self.moments.append((self.clock.steady() - self.began) / 1000)
        self.heard.append((f"{channel} {settings}".rstrip(), self.said[-1]))


def _ms(moment: str) -> int:
    minutes, seconds = moment.split(":")
    return (int(minutes) * 60 + int(seconds)) * 1000


@asynccontextmanager
async def story(
    url: str, wanted: Plan | None = None, before: Story | None = None
) -> AsyncIterator[Story]:
    """A day that begins now, with everything of one process but the web and the looks.

    After a restart it is the same day as *before*, and goes on at the moment where that ended.
    """
    clock = StoryClock() if before is None else before.clock
    async with house(url, wanted or plan(), clock, around=Busy) as home:
        busy, threads = cast("Busy", home.store), Threads(max_workers=4)
        asyncio.get_running_loop().set_default_executor(threads)
        workers = home.workers()
        await workers.beat()
        post = home.post(workers)
        speaker = Speaker(home.ground, workers.speaks)
        told = Story(home, clock, busy, threads, speaker, workers, clock.steady())
        if before is not None:
            told.began = before.began
        told.unrecorded = Path(f"{url}.unrecorded")
        told.listen()
        file = told.unrecorded
        unrecorded = Unrecorded(home.ground, speaker, home.recording, file, told.settle)
        works = [
            workers.run(),
            home.follower.run(),
            Silence(post).run(),
            speaker.run(),
            unrecorded.run(),
            Reminders(post, lambda: home.plan.policy.reminding).run(),
            Warden(post, lambda: home.plan).run(),
        ]
        running = [asyncio.create_task(work) for work in works]
        yield told
        await speaker.finish()
        await ended(running)
