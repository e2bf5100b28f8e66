"""Reload (B18): somebody edits the file all day, and now and then breaks it, while things die.

Nodes leave, return and are renamed, a channel comes and goes, intervals and thresholds change;
the program is told by SIGHUP, or killed or stopped and started anew. Alerts are open and
reminders run. A good file is always taken, a bad one never, and only news is told.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from rig import reminders, telling
from rig.checker import Wrong
from rig.draft import Draft
from rig.history import Dropped, Health, Looked, Received
from rig.moment import now
from rig.order import Order
from rig.program import Program
from rig.stage import CHANNELS, Play, Stage, staged
from rig.summary import Result, judged
from rig.world import Fault

CYCLES = 50
_STAYS, _SWITCHED = CHANNELS
_RENAMED = "a"
_SERVICES = tuple(f"{node}/{number}" for node in "abcdefgh" for number in range(2))
_REMINDER_S = 3
_TAKEN_S = 30.0
_LOOK_S = 0.1
_CALM_S = 1.5
_RESTARTS = 8
"""Every so many edits the program is started anew."""

_ACTS = ("drop", "restore", "rename", "switch", "tune", "tune", "break", "break")


async def reload(order: Order) -> Result:
    """Edit the file as often as *order* says, and have it judged what was told meanwhile."""
    play = Play(
        folder=order.folder,
        store=str(order.folder / "rig.db"),
        seed=order.seed,
        services=_SERVICES,
        reporters=2,
        faults={Fault.ACCEPT: 4, Fault.UNAVAILABLE: 1},
        notify=f"reminder_interval = {_REMINDER_S}",
    )
    async with staged(play) as stage:
        [program] = stage.programs
        day = _Day(stage, program, Draft(whole=stage.wiring, dice=stage.dice))
        await program.serve()
        for number in range(1, order.cycles + 1):
            day.stir()
            await (day.restart() if number % _RESTARTS == 0 else day.edit())
            await asyncio.sleep(stage.dice.random() * _CALM_S)
        if _SWITCHED in day.draft.away:
            await day.switch()
        return await day.end()


@dataclass(slots=True)
class _Day:
    """All edits of one run, and what was wrong with how they were taken.

    *switched* is when the second channel was last named again.
    """

    stage: Stage
    program: Program
    draft: Draft
    wrongs: list[Wrong] = field(default_factory=list)
    done: Counter[str] = field(default_factory=Counter)
    switched: int = 0

    def stir(self) -> None:
        """Turn the truth about a service or two, but not of the node that is renamed."""
        nodes = [node for node in self.draft.present if node != _RENAMED]
        for name in self._services(self.stage.dice.choice(nodes)):
            self.stage.services.turn(name, self.stage.dice.choice((Health.DEAD, Health.HEALTHY)))

    async def edit(self) -> None:
        """Edit the file once, in one of the ways that there are."""
        act = self.stage.dice.choice(_ACTS)
        self.done[act] += 1
        await getattr(self, act if act != "break" else "break_it")()

    async def drop(self) -> None:
        """Let a node leave with all that is dead in it."""
        if node := self.draft.drop(spared=_RENAMED):
            gone = self._services(node)
            await self._taken(leaving=gone)
            for name in gone:
                self.stage.services.turn(name, Health.GONE)

    async def restore(self) -> None:
        """Let a node return that left, whatever its services are by now."""
        if node := self.draft.restore():
            for name in self._services(node):
                health = self.stage.dice.choice((Health.DEAD, Health.HEALTHY))
                self.stage.services.turn(name, health)
            await self._taken()

    async def rename(self) -> None:
        """Call a node by another name; it keeps its history, and nothing is said."""
        name = f"{_RENAMED}{self.done['rename']}"
        self.draft.rename(_RENAMED, name)
        await self._taken()
        self.stage.services.called[_RENAMED] = name

    async def switch(self) -> None:
        """Let the second channel go, or come back: it hears at once of all that is open."""
        is_there = self.draft.switch(_SWITCHED)
        self.switched = now() if is_there else self.switched
        await self._taken()

    async def tune(self) -> None:
        """Change intervals and thresholds."""
        self.draft.tune()
        await self._taken()

    async def break_it(self) -> None:
        """Write a file that cannot be taken, then the one before it again."""
        text, words = self.draft.broken()
        if await self._reload(text):
            self.wrongs.append(Wrong("reload", f"a file with {words} was taken"))
        await self._taken()

    async def restart(self) -> None:
        """Start the program anew, after a kill or a stop."""
        if self.stage.dice.random() < 0.5:
            self.program.kill()
        else:
            await self.program.stop()
        await self.program.serve()

    async def end(self) -> Result:
        """Return what is wrong after quiet, with each message and with the last word."""
        case = replace(await self.stage.judge(), channels=(_STAYS,))
        stayed = self.stage.taken(_STAYS)
        since = [one for one in self.stage.taken(_SWITCHED) if one.at >= self.switched]
        self.wrongs += [Wrong("news", words) for words in without_news(stayed)]
        self.wrongs += [
            Wrong("reminders", words) for words in reminders.complaints(stayed, _REMINDER_S * 1000)
        ]
        dead = {name for name, health in case.truth.items() if health.is_dead}
        for name in sorted(telling.listen(_SWITCHED, since).open.keys() ^ dead):
            self.wrongs.append(Wrong("last word", f"{_SWITCHED} does not know how {name} is"))
        result = judged(case, self.wrongs)
        return replace(result, lines=[*result.lines, *self._counts()])

    def _counts(self) -> Iterator[str]:
        yield f"edits         {dict(self.done.most_common())}"
        yield f"longest gap   {self._longest_gap_ms()} ms between two looks at the renamed node"

    def _longest_gap_ms(self) -> int:
        url = self.stage.services.url(self._services(_RENAMED)[0])
        looks = (one for one in self.stage.history.of(Looked) if one.replica.endswith(url))
        moments = [one.at for one in looks]
        return max((b - a for a, b in pairwise(moments)), default=0)

    def _services(self, node: str) -> list[str]:
        return [name for name in self.stage.services.truth if name.startswith(f"{node}/")]

    async def _taken(self, leaving: Sequence[str] = ()) -> None:
        if not await self._reload(self.draft.text(), leaving):
            self.wrongs.append(Wrong("reload", "a good file was not taken"))

    async def _reload(self, text: str, leaving: Sequence[str] = ()) -> bool:
        """Let the program read *text*; return whether it says that it takes it."""
        before = self._said()
        self._drop(leaving)
        self.program.config.write_text(text)
        self.program.reload("")
        async with asyncio.timeout(_TAKEN_S):
            while (said := self._said()) == before:
                if not self.program.is_running:
                    raise ChildProcessError("the program ended over a file")
                self._drop(leaving)
                await asyncio.sleep(_LOOK_S)
        return said[0] > before[0]

    def _drop(self, names: Sequence[str]) -> None:
        for name in names:
            self.stage.history.note(Dropped(now(), self.stage.services.replica(name)))

    def _said(self) -> tuple[int, int]:
        log = self.program.log.read_text(errors="replace")
        return log.count(" is taken"), log.count("is not taken")


def without_news(messages: Sequence[Received]) -> Iterator[str]:
    """Yield each message that says nothing which was not said before.

    The word that we started is said once in ten minutes. A message that is that and a reminder is
    neither, so one may be a change by its type alone.
    """
    known: set[str] = set()
    may_be_start = all(one.body["type"] != "startup" for one in messages)
    for one in messages:
        back = {back["replica"] for back in one.body["recovered"]}
        dead = {name for alert in one.body["alerts"] for name in alert["dead"]}
        is_news = back or dead - known or reminders.is_reminder(one)
        known = (known - back) | dead
        if is_news or one.body["type"] == "startup":
            continue
        if not may_be_start:
            yield f"a message without news: {one.body}"
        may_be_start = False
