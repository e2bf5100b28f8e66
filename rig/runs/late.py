"""Late: members that join an open alert are told, and each return too."""

import asyncio

from rig.checker import check
from rig.history import Health
from rig.order import Order
from rig.stage import Play, Stage, staged
from rig.summary import Result, judged
from rig.world import Fault


async def late(order: Order) -> Result:
    """Let three services die and return one after the other, within one alert."""
    play = Play(
        folder=order.folder,
        store=str(order.folder / "rig.db"),
        seed=order.seed,
        services=("a/0", "a/1", "a/2"),
        reporters=0,
        faults={Fault.ACCEPT: 1},
        alert_on="page",
    )
    async with staged(play) as stage:
        [program] = stage.programs
        await program.serve()
        await _turn_each(stage, Health.DEAD)
        wrongs = check(await stage.judge())
        await _turn_each(stage, Health.HEALTHY)
        return judged(await stage.judge(), wrongs)


async def _turn_each(stage: Stage, health: Health) -> None:
    for name in stage.services.truth:
        stage.services.turn(name, health)
        await believed(stage)


async def believed(stage: Stage) -> None:
    """Wait until the store holds the truth."""
    async with asyncio.timeout(30):
        while not stage.agrees():  # noqa: ASYNC110 - the program tells nobody what it believes
            await asyncio.sleep(0.2)
