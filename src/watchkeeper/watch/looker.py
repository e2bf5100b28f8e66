"""Looker: takes each look of this worker at its moment."""

import asyncio
import logging
from collections.abc import Collection, Mapping, Sequence
from functools import cached_property, partial

from watchkeeper.core.name import ReplicaName
from watchkeeper.core.reason import Reason
from watchkeeper.core.report import Report
from watchkeeper.core.room import Room
from watchkeeper.core.schedule import next_due, phase, slot
from watchkeeper.core.status import Standing, Status
from watchkeeper.outside.clock import wait_at_most
from watchkeeper.store.patience import attempt
from watchkeeper.watch.agenda import Agenda
from watchkeeper.watch.crowd import Crowd, Turn
from watchkeeper.watch.lateness import Lateness
from watchkeeper.watch.look import VOID_AFTER_MS, Aim, look
from watchkeeper.watch.notebook import Notebook
from watchkeeper.watch.post import Post

FIRST_LOOKS_MS = 10_000
log = logging.getLogger(__name__)


class Looker:
    """The agenda of this worker, and a crowd of looks for each kind of them."""

    def __init__(self, post: Post, notebook: Notebook) -> None:
        self.lateness = Lateness()
        self._post = post
        self._clock = post.ground.clock
        self._notebook = notebook
        self._aims: Mapping[ReplicaName, Aim] = {}
        self._crowds: dict[str, Crowd] = {}
        self._ours: Sequence[ReplicaName] = ()
        self._agenda = Agenda()
        self._looking: dict[ReplicaName, asyncio.Task[bool]] = {}
        self._seen: set[ReplicaName] = set()
        self._changed = asyncio.Event()
        post.workers.on_change(self.share)
        post.isolation.on_return(self.look_at_once)

    @cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop of this process, which costs a system call to ask for."""
        return asyncio.get_running_loop()

    @property
    def looking(self) -> Collection[ReplicaName]:
        """Return whose looks are under way, until what they found is kept."""
        return self._looking.keys()

    def has_seen_all(self) -> bool:
        """Return whether a look at each target of this worker counted since we started."""
        return self._seen.issuperset(self._ours)

    def plan(self, aims: Mapping[ReplicaName, Aim], rooms: Mapping[str, Room]) -> None:
        """Look at *aims* from now on, as far as they are this worker's.

        *rooms* are the rooms for the kinds of them.
        """
        self._aims = aims
        self._seen.intersection_update(aims)
        for kind, room in rooms.items():
            self._crowds.setdefault(kind, Crowd(room)).adopt(room, aims)
        self.share()

    def share(self) -> None:
        """Find out anew whose looks are this worker's: the workers or the plan changed."""
        now = self._clock.steady()
        by_text = {str(name): name for name in self._aims}
        self._ours = [by_text[text] for text in self._post.workers.share(by_text)]
        self._agenda = Agenda(
            Turn(name, self._first_due(name, self._aims[name], now)) for name in self._ours
        )
        self._changed.set()

    def look_at_once(self) -> None:
        """Look at everything that is ours now: nothing that we know can be relied on."""
        now = self._clock.steady()
        self._agenda = Agenda(Turn(name, now) for name in self._ours)
        self._changed.set()

    async def run(self) -> None:
        """Take every look at its moment until cancelled."""
        try:
            while True:
                self._call_due()
                await self._wait()
        finally:
            self._aims = {}
            for task in self._looking.values():
                task.cancel()

    def _first_due(self, name: ReplicaName, aim: Aim, now: int) -> int:
        """Return when to look first: soon where nobody ever looked, else at its phase."""
        key, interval = str(name), aim.looking.interval_ms
        due = next_due(key, interval, now)
        row = self._post.ground.follower.view.replica(name)
        if row is None or row.standing is Standing.PENDING:
            return min(due, now + phase(key, min(interval, FIRST_LOOKS_MS)))
        return due

    def _call_due(self) -> None:
        now = self._clock.steady()
        for turn in self._agenda.come(now):
            name, aim = turn.name, self._aims[turn.name]
            self._crowds[aim.kind].come(turn)
            self._agenda.add(Turn(name, next_due(str(name), aim.looking.interval_ms, now)))
        for crowd in self._crowds.values():
            self._make_way(crowd, now)
            self._admit(crowd, now)
        self.lateness.tell(now)

    async def _wait(self) -> None:
        now = self._clock.steady()
        moments = [crowd.next_long() for crowd in self._crowds.values()]
        soonest = self._agenda.next_due()
        if soonest is not None:
            moments.append(soonest)
        self._changed.clear()
        wait_ms = max(min(moments) - now, 1) if moments else None
        await wait_at_most(self._clock, self._changed.wait(), wait_ms)

    def _make_way(self, crowd: Crowd, now: int) -> None:
        """Give up the looks of *crowd* that hang, where too many do."""
        for name in crowd.grow(now):
            self.lateness.made_way += 1
            self._looking[name].cancel()

    def _admit(self, crowd: Crowd, now: int) -> None:
        """Begin the looks of *crowd* that there is room for."""
        while turn := crowd.next(now):
            aim = self._aims.get(turn.name)
            if aim is None:  # the plan no longer has it
                crowd.leave(turn, now)
            else:
                self._begin(turn, aim, crowd)

    def _begin(self, turn: Turn, aim: Aim, crowd: Crowd) -> None:
        task = self._loop.create_task(self._look(turn, aim))
        self._looking[turn.name] = task
        task.add_done_callback(partial(self._end, turn, crowd))

    def _end(self, turn: Turn, crowd: Crowd, task: "asyncio.Task[bool]") -> None:
        """Free the place of a look; one that is void is taken again at once."""
        now = self._clock.steady()
        del self._looking[turn.name]
        crowd.leave(turn, now)
        if not task.cancelled() and not task.result():
            self.lateness.void += 1
            crowd.come(turn)
        self._admit(crowd, now)

    async def _look(self, turn: Turn, aim: Aim) -> bool:
        """Take one look and hand its report in; return whether it counts.

        It is void when we were stopped meanwhile, or needed much longer than it may: what was
        seen then is seen too late, and must not be called the target's fault.
        """
        name, clock, post = turn.name, self._clock, self._post
        start, gaps = clock.steady(), post.gaps()
        late = self.lateness.begun(start - turn.due)
        try:
            report = await look(aim, post.ground.outside)
        except Exception as error:
            log.exception("the look at %s broke", name)
            report = Report(status=Status.BLIND, reason=Reason("local", repr(error)))
        took = clock.steady() - start
        if post.isolation.doubts(report):
            report = await post.isolation.judged(aim, report, start)
        if post.gaps() != gaps or took > aim.deadline_ms + VOID_AFTER_MS:
            return False
        self._notebook.note(name, report)
        if not post.door.knows(name, report):
            seq = slot(str(name), aim.looking.interval_ms, start)
            evidence = f"{late}{report.evidence}"
            taking = post.door.take(name, report._replace(heard=start, seq=seq, evidence=evidence))
            await attempt(taking, f"a look at {name} could not be kept")
        self._seen.add(name)
        return True
