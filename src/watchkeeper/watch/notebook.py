"""Notebook: how long each look took, kept in memory for a minute, then on disk.

What is in memory when the process is killed is lost; nothing that decides depends on it.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

from watchkeeper.core.name import ReplicaName
from watchkeeper.core.report import Report
from watchkeeper.judge.ground import Ground
from watchkeeper.outside.clock import wait_at_most
from watchkeeper.store import latency
from watchkeeper.store.cursor import Track
from watchkeeper.store.latency import LookRow
from watchkeeper.store.patience import attempt

EVERY_MS = 60_000
FIRST_MS = 10_000
"""After a start what was noted is written sooner, so that a new page soon has numbers."""

MOST = 50_000
ENOUGH = MOST // 4
AT_ONCE = 1_000


class _Noted(NamedTuple):
    """What is left of a report: its evidence would take room for nothing."""

    at: int
    name: ReplicaName
    status: int
    latency_us: int


class Notebook:
    """The looks that are not on disk yet: the newest 50,000, where the store refuses them."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._clock = ground.clock
        self._noted: deque[_Noted] = deque(maxlen=MOST)
        self._filled = asyncio.Event()

    def __len__(self) -> int:
        """Return how many looks are in memory."""
        return len(self._noted)

    def note(self, name: ReplicaName, report: Report) -> None:
        """Remember what a look at *name* saw, and how long that took."""
        wall = self._clock.wall()
        self._noted.append(_Noted(wall, name, report.status, report.latency_us))
        if len(self._noted) == ENOUGH:
            self._filled.set()

    async def run(self) -> None:
        """Write what was noted once a minute, sooner where it is much, until cancelled."""
        wait_ms = FIRST_MS
        while True:
            await wait_at_most(self._clock, self._filled.wait(), wait_ms)
            self._filled.clear()
            wait_ms = EVERY_MS
            await attempt(self.flush(), "latencies could not be written")

    async def flush(self) -> None:
        """Write all that was noted; what the store refuses stays, and StoreRefused is raised."""
        while self._noted:
            batch = list(islice(self._noted, AT_ONCE))
            job = partial(latency.add, looks=self._rows(batch))
            await self._ground.store.write(job, Track.PAST)
            self._drop(batch)

    def _rows(self, batch: Sequence[_Noted]) -> list[LookRow]:
        """Return *batch* as rows; a replica that is gone by now has none."""
        find = self._ground.follower.view.replica
        found = ((find(noted.name), noted) for noted in batch)
        return [LookRow(one.at, row.no, one.status, one.latency_us) for row, one in found if row]

    def _drop(self, batch: Sequence[_Noted]) -> None:
        """Forget *batch*, as far as newer looks have not pushed it out meanwhile."""
        last = batch[-1]
        if any(one is last for one in islice(self._noted, len(batch))):
            while self._noted.popleft() is not last:
                pass
