"""Measuring: the last numbers of everything, read once a minute for those who read the page."""

from functools import partial
from typing import NamedTuple

from watchkeeper.core import sample
from watchkeeper.core.measure import Measures, combine
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.queue import Counts
from watchkeeper.judge.ground import Ground
from watchkeeper.judge.view import View
from watchkeeper.store import measure
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.latency import LookRow, Span
from watchkeeper.store.patience import attempt

EVERY_MS = 60_000
MOST_REPLICAS = 1_000
"""A page with more replicas has no numbers: to draw all of it anew each minute is too dear."""

_BACK_MS = 5 * EVERY_MS  # looks are written once a minute, by each process at its own time
_AHEAD_MS = EVERY_MS  # as far as the clock of another process may go before ours


class _Read(NamedTuple):
    looks: dict[ReplicaName, LookRow]
    loads: dict[ReplicaName, tuple[int, int]]
    queues: dict[str, Counts]


class Measuring:
    """Keeps the last numbers of a page; those of a look stay until another look has others."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._latencies: dict[ReplicaName, int] = {}
        self._measures = Measures()

    def measures(self) -> Measures:
        """Return the last numbers, the same object until any of them is another."""
        return self._measures

    async def run(self) -> None:
        """Read at each full minute of steady time, which all processes share, until cancelled."""
        while True:
            await attempt(self.measure(), "the last numbers could not be read")
            clock = self._ground.clock
            await clock.sleep(EVERY_MS - clock.steady() % EVERY_MS)

    async def measure(self) -> None:
        """Read all that was written by now."""
        is_few = _counted(self._ground.follower.view) <= MOST_REPLICAS
        new = await self._read() if is_few else Measures()
        if new != self._measures:
            self._measures = new

    async def _read(self) -> Measures:
        ground, wall = self._ground, self._ground.clock.wall()
        span = Span(wall - _BACK_MS, wall + _AHEAD_MS)
        read = await ground.store.read(partial(_read, page_no=ground.page_no, span=span))
        self._remember(read.looks, ground.follower.view)
        return Measures(combine(self._latencies, read.loads), read.queues)

    def _remember(self, looks: dict[ReplicaName, LookRow], view: View) -> None:
        kept = {name: us for name, us in self._latencies.items() if name not in looks}
        new = {name: look.latency_us for name, look in looks.items() if _is_answered(look)}
        self._latencies = {name: us for name, us in (kept | new).items() if view.replica(name)}


def _read(cursor: Cursor, page_no: int, span: Span) -> _Read:
    return _Read(
        measure.latest_looks(cursor, page_no, span),
        measure.loads(cursor, page_no),
        measure.counts(cursor, page_no),
    )


def _is_answered(look: LookRow) -> bool:
    return sample.is_answered(sample.of_look(look.at, look.status, look.latency_us))


def _counted(view: View) -> int:
    return sum(len(node.replicas) for service in view.state().services for node in service.nodes)
