"""Looker: takes each look of this worker at its moment."""

import asyncio
import heapq
import logging
from collections.abc import Callable, Mapping
from dataclasses import replace

from watchkeeper.core.reason import Reason
from watchkeeper.core.report import SELF, ReplicaName, Report
from watchkeeper.core.schedule import next_due, phase, slot
from watchkeeper.core.status import Standing, Status
from watchkeeper.judge.door import Door
from watchkeeper.judge.follow import Follower
from watchkeeper.outside.clock import wait_at_most
from watchkeeper.outside.outside import Outside
from watchkeeper.store.errors import StoreRefused
from watchkeeper.watch.look import LATE_MS, Target, look
from watchkeeper.watch.workers import Workers

MOST_AT_ONCE = 500
FIRST_LOOKS_MS = 10_000
log = logging.getLogger(__name__)


class Looker:
    """The schedule of this worker as a heap, and the looks that are under way."""

    def __init__(
        self,
        outside: Outside,
        door: Door,
        follower: Follower,
        workers: Workers,
        gaps: Callable[[], int],
    ) -> None:
        self.note: Callable[[ReplicaName, Report], None] = lambda *_: None
        self._outside = outside
        self._door = door
        self._follower = follower
        self._workers = workers
        self._gaps = gaps
        self._targets: Mapping[ReplicaName, Target] = {}
        self._due: list[tuple[int, ReplicaName]] = []
        self._room = asyncio.Semaphore(MOST_AT_ONCE)
        self._looking: dict[ReplicaName, asyncio.Task[None]] = {}
        self._changed = asyncio.Event()

    def plan(self, targets: Mapping[ReplicaName, Target]) -> None:
        """Look at *targets* from now on, as far as they are this worker's."""
        self._targets = targets
        self.share()

    def share(self) -> None:
        """Find out anew which targets are this worker's: the workers or the plan changed."""
        now = self._outside.clock.steady()
        by_text = {str(name): name for name in self._targets}
        ours = [by_text[text] for text in self._workers.share(by_text)]
        self._due = [(self._first_due(name, self._targets[name], now), name) for name in ours]
        heapq.heapify(self._due)
        self._changed.set()

    async def run(self) -> None:
        """Take every look at its moment until cancelled."""
        try:
            while True:
                self._begin_due()
                await self._wait()
        finally:
            for task in self._looking.values():
                task.cancel()

    def _first_due(self, name: ReplicaName, target: Target, now: int) -> int:
        """Return when to look first: soon where nobody ever looked, else at its phase."""
        key, interval = str(name), target.looking.interval_ms
        due = next_due(key, interval, now)
        row = self._follower.view.replica(name)
        if row is None or row.standing is Standing.PENDING:
            return min(due, now + phase(key, min(interval, FIRST_LOOKS_MS)))
        return due

    def _begin_due(self) -> None:
        now = self._outside.clock.steady()
        while self._due and self._due[0][0] <= now:
            _, name = heapq.heappop(self._due)
            target = self._targets[name]
            due = next_due(str(name), target.looking.interval_ms, now)
            heapq.heappush(self._due, (due, name))
            if name not in self._looking:
                task = asyncio.create_task(self._look(name, target))
                self._looking[name] = task
                task.add_done_callback(lambda _, name=name: self._looking.pop(name, None))  # type: ignore[misc]

    async def _wait(self) -> None:
        now = self._outside.clock.steady()
        wait_ms = max(self._due[0][0] - now, 1) if self._due else None
        self._changed.clear()
        await wait_at_most(self._outside.clock, self._changed.wait(), wait_ms)

    async def _look(self, name: ReplicaName, target: Target) -> None:
        async with self._room:
            clock = self._outside.clock
            start, gaps = clock.steady(), self._gaps()
            report = await self._report(name, target)
            took = clock.steady() - start
            if self._gaps() != gaps or took > target.deadline_ms + LATE_MS:
                return
            seq = slot(str(name), target.looking.interval_ms, start)
            heard = replace(report, source=SELF, heard=start, seq=seq)
            self.note(name, heard)
            try:
                await self._door.take(name, heard)
            except StoreRefused as error:
                log.debug("a look at %s cannot be kept: %s", name, error)

    async def _report(self, name: ReplicaName, target: Target) -> Report:
        try:
            return await look(target, self._outside)
        except Exception as error:
            log.exception("the look at %s broke", name)
            return Report(status=Status.BLIND, reason=Reason("local", repr(error)))
