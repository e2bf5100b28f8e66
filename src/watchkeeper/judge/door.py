"""The door: every report enters here, by whatever road it came."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

from watchkeeper.core.name import ReplicaName
from watchkeeper.core.reason import SILENT
from watchkeeper.core.report import SELF, Report
from watchkeeper.core.sighting import says_nothing_new
from watchkeeper.judge.admission import Entry
from watchkeeper.judge.arrivals import Arrivals, Voice
from watchkeeper.judge.batcher import Batcher, GateBatcher
from watchkeeper.judge.decide import Case, decide
from watchkeeper.judge.flush import Flush
from watchkeeper.judge.ground import Ground
from watchkeeper.judge.outcome import Outcome
from watchkeeper.judge.passage import Passage
from watchkeeper.judge.recording import Recording
from watchkeeper.judge.rules import Rules
from watchkeeper.outside.clock import this_moment
from watchkeeper.store import sighting as sighting_rows
from watchkeeper.store.cursor import Cursor, Track, Undo
from watchkeeper.store.errors import StoreRefused
from watchkeeper.store.sighting import Kept, Repeat, SightingKey

log = logging.getLogger(__name__)
T = TypeVar("T")
_GATE_BATCH = 250
_FAST_BATCH = 500


class Undecidable(StoreRefused):
    """Something that nobody expected; no report may end the door for all others."""


class Door:
    """Takes reports, and answers each once it is on disk."""

    def __init__(self, ground: Ground, rules: Rules, recording: Recording) -> None:
        self.rules = rules
        self._store = ground.store
        self._follower = ground.follower
        self._clock = ground.clock
        self._recording = recording
        self._fast = Batcher(_FAST_BATCH)
        self._gate = GateBatcher(_GATE_BATCH)
        self._arrivals = Arrivals(ground.clock)

    def take(self, name: ReplicaName, report: Report) -> Passage:
        """Let *report* about *name* in; its passage ends with StoreRefused where it is not kept."""
        voice = (name, report.source)
        if report.source != SELF and report.reason.code != SILENT:
            moment = self._arrivals.moment(voice, report.heard)
            report = report if moment == report.heard else report._replace(heard=moment)
        passage = Passage(voice, report)
        kept = self._known(voice, report)
        if kept and report.valid_ms:
            passage.repeat = _repeat_of(kept, report)
            passage.generation = self._follower.generation
            self._fast.put(passage)
        elif not report.valid_ms and self.knows(name, report):
            passage.settle(Outcome.TAKEN)
        else:
            self._gate.put(passage)
        return passage

    def knows(self, name: ReplicaName, report: Report) -> bool:
        """Return whether *report*, which promises nothing, is no news: it need not be taken."""
        if not self._known((name, report.source), report) or not self._follower.is_fresh():
            return False
        self._recording.saved(name, report.source)
        return True

    def _known(self, voice: Voice, report: Report) -> Kept | None:
        """Return what is on disk where *report* says the same, None where it is news."""
        kept = self._follower.view.kept(*voice)
        if kept is None or not says_nothing_new(kept.sighting, report):
            return None
        return None if self._gate.holds(voice) else kept

    async def flush(self, name: ReplicaName, actor: str) -> bool:
        """Let the replica *name* leave the page, as *actor* asks; return whether it was there."""
        node_no = self._follower.view.node_no(name.of_node)
        if node_no is None:
            return False
        job = Flush(self._case(), name, node_no, actor)
        was_there = await self._save(lambda: self._store.write(job))
        self._follower.hurry()
        return was_there

    async def run(self) -> None:
        """Carry reports to the store until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._run_fast())
            group.create_task(self._run_gate())

    async def _run_fast(self) -> None:
        while True:
            batch = await self._fast.batch()
            repeats = [passage.repeat for passage in batch if passage.repeat]
            generations = {passage.generation for passage in batch}
            job = partial(_swallow, repeats=repeats, generations=generations)
            try:
                news = await self._store.write(job, Track.FAST)
            except StoreRefused as error:
                self._recording.refused(this_moment(self._clock), error)
                self._fail(batch, error)
                continue
            except Exception:
                # The gate decides one by one where it must, and turns away the culprit alone.
                log.exception("a batch of %s reports could not be swallowed", len(batch))
                news = {one.key for one in repeats}
            for passage in batch:
                if news and passage.repeat and passage.repeat.key in news:
                    self._gate.put(passage)
                else:
                    self._settle(passage, Outcome.TAKEN)

    async def _run_gate(self) -> None:
        while True:
            batch = await self._gate.batch()
            try:
                await self._decide_or_sort_out(batch)
            except StoreRefused as error:
                self._fail([passage for passage in batch if not passage.done()], error)
                self._gate.refused(batch)
            else:
                self._gate.kept(batch)
            finally:
                self._gate.done(batch)
            self._follower.hurry()

    async def _decide_or_sort_out(self, batch: Sequence[Passage]) -> None:
        """Decide *batch*; where that breaks, decide one by one and turn away the culprits alone.

        Raise StoreRefused where the store keeps nothing now: nobody else is to wait for that.
        """
        try:
            await self._decide(batch)
        except Undecidable:
            log.exception("a batch of %s reports could not be decided", len(batch))
            for passage in batch:
                await self._decide_alone(passage)

    async def _decide_alone(self, passage: Passage) -> None:
        try:
            await self._decide([passage])
        except Undecidable as error:
            self._fail([passage], error)

    async def _decide(self, batch: Sequence[Passage]) -> None:
        view = self._follower.view
        known = [(passage, view.node_no(passage.name.of_node)) for passage in batch]
        entries = [Entry(one.name, no, one.report) for one, no in known if no is not None]
        outcomes: list[Outcome] = []
        if entries:
            job = partial(decide, case=self._case(), entries=entries)
            outcomes = await self._save(partial(self._store.write, job))
        decided = iter(outcomes)
        for passage, no in known:
            self._settle(passage, Outcome.UNKNOWN if no is None else next(decided))

    async def _save(self, write: Callable[[], Awaitable[T]]) -> T:
        try:
            result = await write()
        except StoreRefused as error:
            self._recording.refused(this_moment(self._clock), error)
            raise
        except Exception as error:
            raise Undecidable("a mistake of ours") from error
        self._recording.worked()
        return result

    def _settle(self, passage: Passage, outcome: Outcome) -> None:
        self._recording.saved(*passage.voice)
        if outcome is not Outcome.TAKEN:
            self._arrivals.forget(passage.voice, passage.report.heard)
        passage.settle(outcome)

    def _fail(self, batch: Sequence[Passage], error: StoreRefused) -> None:
        for passage in batch:
            self._arrivals.forget(passage.voice, passage.report.heard)
            name, source = passage.voice
            if source == SELF:
                kept = self._follower.view.kept(name, source)
                confirm = self.rules.confirm(name.of_node)
                last = kept.sighting if kept else None
                self._recording.keep(name, last, passage.report, confirm)
            passage.fail(error)

    def _case(self) -> Case:
        now = this_moment(self._clock)
        return Case(self._follower.page_no, self.rules, now)


def _repeat_of(kept: Kept, report: Report) -> Repeat:
    return Repeat(
        kept.replica_no,
        kept.source_no,
        report.status,
        report.reason.code,
        report.heard,
        report.seq,
        report.valid_ms,
        report.cpu,
        report.ram,
    )


def _swallow(cursor: Cursor, repeats: Sequence[Repeat], generations: set[int]) -> set[SightingKey]:
    """Return which of *repeats* must go the long way: all, where the views of *generations* that
    they were made by may be dreams.

    The database is asked first, so that one that is gone is never taken for one that keeps.
    """
    news = sighting_rows.swallow(cursor, repeats)
    if generations != {cursor.generation}:
        raise Undo({one.key for one in repeats})
    return news
