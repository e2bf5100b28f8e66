"""Workers: who else is alive, judged by our own clock from the beats that they count."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import count

from watchkeeper import __version__
from watchkeeper.core.schedule import chosen, speakers
from watchkeeper.core.steady import ClockMark
from watchkeeper.judge.ground import Ground
from watchkeeper.judge.recording import Recording
from watchkeeper.outside.clock import this_moment
from watchkeeper.store import gate, meta, worker
from watchkeeper.store.cursor import Cursor, Track
from watchkeeper.store.errors import StoreRefused
from watchkeeper.store.worker import BEAT_MS, LOST_MS, WorkerRow

SECOND_MS = 1_000
LATE_MS = 2 * BEAT_MS
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Seen:
    row: WorkerRow
    since: int


class Workers:
    """The living workers, this one among them, each with the digest of its plan."""

    def __init__(self, ground: Ground, recording: Recording) -> None:
        self.name = ground.worker
        self.plan_digest = ""
        self._store = ground.store
        self._follower = ground.follower
        self._clock = ground.clock
        self._recording = recording
        self._beat = 0
        self._seen: dict[str, _Seen] = {}
        self._was_cut_off = False
        self._on_change: list[Callable[[], None]] = []

    def on_change(self, call: Callable[[], None]) -> None:
        """Make *call* whenever a worker comes, leaves or has another plan."""
        self._on_change.append(call)

    def plans(self) -> Mapping[str, str]:
        """Return the digest of the plan of each living worker."""
        others = {name: seen.row.plan_hash for name, seen in self._seen.items()}
        return others | {self.name: self.plan_digest}

    def peers(self) -> frozenset[str]:
        """Return the living workers that have our plan, this one included."""
        plans = self.plans()
        return frozenset(name for name in plans if plans[name] == self.plan_digest)

    def all_agree(self) -> bool:
        """Return whether no living worker has another plan."""
        return len(self.peers()) == len(self.plans())

    def does(self, work: str) -> bool:
        """Return whether *work*, which any peer could do, is this worker's."""
        return chosen(work, self.peers()) == self.name

    def share(self, works: Iterable[str]) -> list[str]:
        """Return which of *works* are this worker's."""
        peers = self.peers()
        return [work for work in works if chosen(work, peers) == self.name]

    def speaks(self, channel: str, page_digest: str) -> bool:
        """Return whether this worker speaks on *channel*."""
        return chosen(channel, speakers(self.plans(), page_digest)) == self.name

    def hears_badly(self) -> bool:
        """Return whether reports may have come that nobody could take.

        That is so while a worker is late by two beats, and after we had to turn any away.
        """
        now = self._clock.boottime()
        is_suspect = any(now - seen.since >= LATE_MS for seen in self._seen.values())
        return is_suspect or self._recording.is_deaf

    async def beat(self) -> None:
        """Count up our own beat, read those of the others, and bury who is lost."""
        self._beat += 1
        me = WorkerRow(self.name, self._beat, __version__, self.plan_digest)
        job = partial(_beat, me=me, mark=self._mark())
        rows, newest = await self._store.write(job, Track.BEAT)
        self._clock.adopt(newest)
        await self._judge(rows)

    async def watch(self) -> None:
        """Read the beats of the others, more often than they count, to lose nobody late."""
        await self._judge(await self._store.read(worker.all_workers))

    async def run(self) -> None:
        """Beat and watch until cancelled; a beat that the store refuses is missed."""
        for second in count():
            try:
                await (self.watch() if second * SECOND_MS % BEAT_MS else self.beat())
                if self._recording.is_deaf:
                    await self.hear_anew()
            except StoreRefused as error:
                self._was_cut_off = True
                self._recording.refused(this_moment(self._clock), error)
            await self._clock.sleep(SECOND_MS)

    async def _judge(self, rows: list[WorkerRow]) -> None:
        if self._was_cut_off:
            self.forget()
            self._was_cut_off = False
        before = self.plans()
        left = self._see({row.name: row for row in rows if row.name != self.name})
        if left:
            await self._bury(left)
        if self.plans() != before:
            for call in self._on_change:
                call()

    async def leave(self) -> None:
        """Delete our row: we stop cleanly."""
        await self._store.write(partial(worker.leave, name=self.name), Track.BEAT)

    async def hear_anew(self) -> None:
        """Let silence count from now: we were stopped or deaf, or have just started."""
        job = partial(_hear_anew, page_no=self._follower.page_no, steady=self._clock.steady())
        await self._store.write(job)
        self._recording.worked()
        self._recording.is_deaf = False
        self._follower.hurry()

    def forget(self) -> None:
        """Judge everybody anew after a gap, in which we saw no beat of theirs."""
        now = self._clock.boottime()
        self._seen = {name: _Seen(seen.row, now) for name, seen in self._seen.items()}

    def _see(self, rows: Mapping[str, WorkerRow]) -> dict[str, int]:
        """Take in the rows of the others; return who left or is lost, with the last beat."""
        now = self._clock.boottime()
        gone = {name: seen.row.beat for name, seen in self._seen.items() if name not in rows}
        seen: dict[str, _Seen] = {}
        for name, row in rows.items():
            before = self._seen.get(name)
            is_still = before is not None and before.row.beat == row.beat
            since = before.since if before and is_still else now
            if now - since >= LOST_MS:
                gone[name] = row.beat
            else:
                seen[name] = _Seen(row, since)
        self._seen = seen
        return gone

    async def _bury(self, left: Mapping[str, int]) -> None:
        log.warning("workers left: %s", ", ".join(sorted(left)))
        job = partial(_bury, page_no=self._follower.page_no, left=left, steady=self._clock.steady())
        await self._store.write(job)
        self._follower.hurry()

    def _mark(self) -> ClockMark:
        clock = self._clock
        return ClockMark(clock.boot_id(), clock.steady(), clock.boottime(), clock.wall())


def _beat(cursor: Cursor, me: WorkerRow, mark: ClockMark) -> tuple[list[WorkerRow], int]:
    """Return all workers, and the newest steady moment that any of them has seen."""
    worker.beat(cursor, me)
    meta.save_clock(cursor, mark)
    newest = max(known.steady for known in meta.clocks(cursor))
    return worker.all_workers(cursor), newest


def _hear_anew(cursor: Cursor, page_no: int, steady: int) -> None:
    page = gate.enter(cursor, page_no, steady)
    gate.hear_anew(cursor, page_no, page.steady)


def _bury(cursor: Cursor, page_no: int, left: Mapping[str, int], steady: int) -> None:
    page = gate.enter(cursor, page_no, steady)
    for name, beat in sorted(left.items()):
        worker.bury(cursor, name, beat)
    gate.hear_anew(cursor, page_no, page.steady)
