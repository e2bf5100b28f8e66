"""Isolation (B11): when the monitor's own network goes away, nobody is called dead for it."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from rig import alone, wire
from rig.border import MONITOR, WORLD, Border, border
from rig.checker import Wrong
from rig.clients import Reporter
from rig.history import Health, History, Received
from rig.order import Order
from rig.port import free_port
from rig.program import Program, Wiring
from rig.summary import Result, blame
from rig.wire import Place
from rig.world import Dice, Fault, Receiver, Services

CYCLES = 1
_NAMES = tuple(f"a/{number}" for number in range(6))
_CHANNELS = ("first", "second")
_AWAY_S = 12.0
_PATIENCE_S = 40.0
_CALM_S = 5.0


@dataclass(slots=True)
class World:
    """The far side of the border: whom the program looks at, and whom it tells."""

    history: History
    services: Services
    receivers: Sequence[Receiver]
    program: Program
    border: Border

    def said(self) -> list[Received]:
        """Return what the first channel took so far, repeats left out."""
        heard = (one for one in self.history.of(Received) if one.channel == _CHANNELS[0])
        return list({one.id: one for one in heard if one.taken}.values())

    async def is_healthy(self) -> bool:
        """Return whether the program's page says that all is well."""
        answer = await wire.ask(self.program.place, "GET", "/status/text")
        return answer.body == b"healthy"


@dataclass(frozen=True, slots=True)
class Scenario:
    """What happens, how many isolations are told of it, and which services' deaths."""

    play: Callable[[World], Awaitable[None]]
    isolations: int
    dead: tuple[str, ...] = ()


async def isolation(order: Order) -> Result:
    """Play each scenario as often as *order* has cycles, in one world."""
    if not alone.is_alone():
        order.folder.rmdir()
        alone.begin_anew("isolation", "--seed", str(order.seed), "--cycles", str(order.cycles))
    wrongs: list[Wrong] = []
    with border() as edge:
        world = await _build(order, edge)
        reporting = asyncio.create_task(_reporter(world, order.seed).run())
        await world.program.serve(edge.wrapper)
        await _calm(world)
        for _ in range(order.cycles):
            for scenario in _SCENARIOS:
                wrongs += await _judged(world, scenario)
        reporting.cancel()
        await world.program.stop()
    return Result(wrongs=wrongs, lines=list(blame(wrongs)), history=world.history)


async def _judged(world: World, scenario: Scenario) -> list[Wrong]:
    before = len(world.said())
    await scenario.play(world)
    for name in _NAMES:
        world.services.turn(name, Health.HEALTHY)
    await _calm(world)
    news = world.said()[before:]
    name = scenario.play.__name__.strip("_")
    return [Wrong(name, words) for words in _complaints(world, scenario, news)]


def _complaints(world: World, scenario: Scenario, news: Sequence[Received]) -> Iterator[str]:
    isolations = sum("cut off" in note for one in news for note in one.body.get("notes", ()))
    if isolations != scenario.isolations:
        yield f"{isolations} isolations were told, not {scenario.isolations}"
    dead = {name for one in news for name in one.body["replicas"]}
    wanted = {world.services.replica(name) for name in scenario.dead}
    if dead != wanted:
        yield f"called dead were {sorted(dead)}, not {sorted(wanted)}"


async def _calm(world: World) -> None:
    """Wait until the page is healthy and nothing more is said; give up after a while."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + _PATIENCE_S
    last, since = -1, loop.time()
    while loop.time() < deadline:
        await asyncio.sleep(0.5)
        said = len(world.said())
        if said != last or not await world.is_healthy():
            last, since = said, loop.time()
        elif loop.time() - since > _CALM_S:
            return


async def _unplugged(world: World) -> None:
    world.border.take_link(up=False)
    await asyncio.sleep(_AWAY_S)
    world.border.take_link(up=True)


async def _swallowed(world: World) -> None:
    world.border.swallow()
    await asyncio.sleep(_AWAY_S)
    world.border.let_through()


async def _death_in_the_dark(world: World) -> None:
    world.border.take_link(up=False)
    await asyncio.sleep(_AWAY_S)
    world.services.turn("a/0", Health.DEAD)
    world.border.take_link(up=True)
    await _told(world, "a/0")


async def _everybody_dies(world: World) -> None:
    for name in _NAMES:
        world.services.turn(name, Health.DEAD)
    for name in _NAMES:
        await _told(world, name)


async def _one_anchor_away(world: World) -> None:
    await world.receivers[1].go_away()
    world.services.turn("a/2", Health.DEAD)
    await _told(world, "a/2")
    await world.receivers[1].open()


_SCENARIOS = (
    Scenario(_unplugged, isolations=1),
    Scenario(_swallowed, isolations=1),
    Scenario(_death_in_the_dark, isolations=1, dead=("a/0",)),
    Scenario(_everybody_dies, isolations=0, dead=_NAMES),
    Scenario(_one_anchor_away, isolations=0, dead=("a/2",)),
)


async def _told(world: World, name: str) -> None:
    """Wait until the death of the service *name* is told, or for long."""
    replica = world.services.replica(name)
    before = len(world.said())
    deadline = asyncio.get_running_loop().time() + _PATIENCE_S
    while asyncio.get_running_loop().time() < deadline:
        if any(replica in one.body["replicas"] for one in world.said()[max(before - 1, 0) :]):
            return
        await asyncio.sleep(0.2)


async def _build(order: Order, edge: Border) -> World:
    history = History()
    services = Services(history, _NAMES)
    await services.open(WORLD)
    dice = Dice(random.Random(order.seed), {Fault.ACCEPT: 1})
    receivers = [Receiver(history, name, dice, place=Place(WORLD, 0)) for name in _CHANNELS]
    for receiver in receivers:
        await receiver.open()
    wiring = Wiring(
        looked=services.nodes,
        channels={one.channel: one.url for one in receivers},
        deadline_s=2,
        grace_s=8,
    )
    config = order.folder / "rig.cfg"
    wiring.write(config)
    program = Program(
        history,
        "one",
        config,
        str(order.folder / "rig.db"),
        order.folder,
        place=Place(MONITOR, free_port()),
    )
    return World(history, services, receivers, program, edge)


def _reporter(world: World, seed: int) -> Reporter:
    dice = random.Random(seed)
    return Reporter(
        world.history, dice, lambda: [world.program.place], "push", "r0", restless=False
    )
