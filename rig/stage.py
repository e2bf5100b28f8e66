"""The stage: a world, its clients and the programs that watch it, on one store."""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from rig import snapshot
from rig.checker import Case, the_page_is_the_store
from rig.clients import Reporter
from rig.history import Health, History, Received
from rig.moment import now
from rig.program import GRACE_S, Program, Wiring
from rig.snapshot import Snapshot
from rig.world import WEIGHTS, Dice, Fault, Receiver, Services
from watchkeeper.judge.follow import OLD_MS

CHANNELS = ("first", "second")
SERVICES = tuple(f"{node}/{number}" for node in ("a", "b", "c") for number in range(4))
_QUIET_S = 60.0
_LOOK_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """What is played: where, on which store, by how many processes, with which dice."""

    folder: Path
    store: str
    seed: int
    processes: int = 1
    services: tuple[str, ...] = SERVICES
    reporters: int = 6
    faults: Mapping[Fault, int] = field(default_factory=lambda: WEIGHTS)
    alert_on: str = ""
    grace_s: int = GRACE_S
    pace: tuple[int, ...] = (1, 2, 3)
    interval_s: int = 1
    notify: str = ""
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Stage:
    """Everything of one run."""

    play: Play
    dice: random.Random
    history: History
    services: Services
    receivers: list[Receiver]
    reporters: list[Reporter]
    programs: list[Program]
    wiring: Wiring

    def stir(self) -> None:
        """Turn the truth about a few services."""
        for name in self.dice.sample(list(self.services.truth), self.dice.randint(1, 4)):
            self.services.turn(name, self.dice.choice((Health.HEALTHY, Health.DEAD)))

    def calm(self) -> None:
        """End all faults and restlessness; what is true now stays true."""
        for receiver in self.receivers:
            receiver.dice.calm = True
        for reporter in self.reporters:
            reporter.restless = False

    def truth(self) -> dict[str, Health]:
        """Return what every replica is."""
        looked = {self.services.replica(n): health for n, health in self.services.truth.items()}
        return looked | {one.replica: one.mood for one in self.reporters}

    def taken(self, channel: str) -> list[Received]:
        """Return the messages that *channel* has taken so far, repeats left out."""
        mine = (one for one in self.history.of(Received) if one.channel == channel and one.taken)
        return list({one.id: one for one in mine}.values())

    async def quiet(self) -> Snapshot:
        """Return the store once it agrees with the truth and all is told, or after a minute."""
        before: Snapshot | None = None
        try:
            async with asyncio.timeout(_QUIET_S):
                while True:
                    await asyncio.sleep(_LOOK_S)
                    shot = self._shot()
                    if shot.is_quiet and self._agrees(shot) and shot == before:
                        return shot
                    before = shot
        except TimeoutError:
            return self._shot()

    async def judge(self, *, lossy: bool = False) -> Case:
        """Return the case of this run, once it is quiet."""
        self.calm()
        case = Case(
            history=self.history,
            snapshot=await self.quiet(),
            channels=[receiver.channel for receiver in self.receivers],
            truth=self.truth(),
            pages={},
            processes=self.play.processes,
            lossy=lossy,
        )
        return await self._shown(case)

    async def _shown(self, case: Case) -> Case:
        """Return *case* with the pages, asked again as long as they may be behind the store."""
        until = now() + OLD_MS
        while True:
            pages = {one.name: await one.report() for one in self.programs if one.is_running}
            case = replace(case, pages={name: page for name, page in pages.items() if page})
            if not any(the_page_is_the_store(case)) or now() > until:
                return case
            await asyncio.sleep(_LOOK_S)

    def _shot(self) -> Snapshot:
        logs = tuple(one.log.read_text(errors="replace") for one in self.programs)
        return snapshot.take(self.play.store, logs)

    def agrees(self) -> bool:
        """Return whether the store holds the truth now."""
        return self._agrees(self._shot())

    def _agrees(self, shot: Snapshot) -> bool:
        truth = {name: one.shown for name, one in self.truth().items() if one is not Health.GONE}
        words = ("healthy", "sick", "dead")
        return truth == {name: words[status] for _, name, status, _ in shot.replicas}


@asynccontextmanager
async def staged(play: Play) -> AsyncIterator[Stage]:
    """Build the world of *play* with its programs, not started yet; end all of it after."""
    stage = await _build(play)
    clients = [asyncio.create_task(one.run()) for one in stage.reporters]
    try:
        yield stage
    finally:
        for client in clients:
            client.cancel()
        for program in stage.programs:
            if program.is_running:
                program.kill("the end")


async def _build(play: Play) -> Stage:
    dice, history = random.Random(play.seed), History()
    services = Services(history, play.services)
    await services.open()
    receivers = [_receiver(play, history, name) for name in CHANNELS]
    for receiver in receivers:
        await receiver.open()
    wiring = Wiring(
        looked=services.nodes,
        channels={one.channel: one.url for one in receivers},
        alert_on=play.alert_on or dice.choice(("page", "service", "replica")),
        grace_s=play.grace_s,
        pace=play.pace,
        interval_s=play.interval_s,
        notify=play.notify,
    )
    config = play.folder / "rig.cfg"
    wiring.write(config)
    programs = [
        Program(history, name, config, play.store, play.folder, play.environment)
        for name in ("one", "two")[: play.processes]
    ]
    places = [program.place for program in programs]
    reporters = [
        Reporter(history, random.Random(f"{play.seed} {mode} {n}"), lambda: places, mode, f"r{n}")
        for mode in ("push", "local")
        for n in range(play.reporters)
    ]
    return Stage(
        play=play,
        dice=dice,
        history=history,
        services=services,
        receivers=receivers,
        reporters=reporters,
        programs=programs,
        wiring=wiring,
    )


def _receiver(play: Play, history: History, name: str) -> Receiver:
    dice = Dice(random.Random(f"{play.seed} {name}"), dict(play.faults))
    return Receiver(history, name, dice)
