"""Silence: one scan a second for promised reports that did not come."""

import asyncio
import logging
from functools import partial

from watchkeeper.core.sighting import silence
from watchkeeper.judge.door import Door
from watchkeeper.judge.follow import Follower
from watchkeeper.outside.clock import Clock
from watchkeeper.store import sighting as sighting_rows
from watchkeeper.store.cursor import Store
from watchkeeper.store.errors import StoreRefused
from watchkeeper.watch.isolation import Isolation
from watchkeeper.watch.workers import Workers

EVERY_MS = 1_000
WORK = "silence"
log = logging.getLogger(__name__)


class Silence:
    """Scans for broken promises, where this worker is the one that does."""

    def __init__(
        self, store: Store, follower: Follower, clock: Clock, workers: Workers, door: Door
    ) -> None:
        self._store = store
        self._follower = follower
        self._clock = clock
        self._workers = workers
        self._door = door
        self.isolation: Isolation | None = None

    async def run(self) -> None:
        """Scan until cancelled; a store that refuses is asked again."""
        while True:
            try:
                await self.scan()
            except StoreRefused as error:
                log.debug("silence cannot be told: %s", error)
            await self._clock.sleep(EVERY_MS)

    async def scan(self) -> None:
        """Report every promise that is broken now, unless a worker may be deaf or cut off."""
        if not self._workers.does(WORK) or self._workers.hears_badly():
            return
        now = self._clock.steady()
        job = partial(sighting_rows.overdue, page_no=self._follower.page_no, now=now)
        broken = [(name, silence(last, 0, now)) for name, last in await self._store.read(job)]
        if broken and self.isolation and await self.isolation.is_cut_off():
            return
        answers = [self._door.take(name, report) for name, report in broken if report]
        await asyncio.gather(*answers)
