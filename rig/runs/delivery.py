"""Delivery: killed in the middle of one; more happens before the receiver is back."""

import asyncio

from rig.history import Health
from rig.order import Order
from rig.program import Program
from rig.runs.late import believed
from rig.stage import Play, Stage, staged
from rig.summary import Result, judged
from rig.world import Dice, Fault

_AWAY_S = 1.0


async def delivery(order: Order) -> Result:
    """Kill while a message is being taken, then while one is being lost."""
    play = Play(
        folder=order.folder,
        store=str(order.folder / "rig.db"),
        seed=order.seed,
        services=("a/0", "a/1", "a/2", "a/3"),
        reporters=0,
        faults={Fault.ACCEPT: 1},
        alert_on="replica",
    )
    async with staged(play) as stage:
        [program] = stage.programs
        await program.serve()
        await stage.quiet()
        for fault, first, second in ((Fault.LOSE, "a/0", "a/1"), (Fault.CUT, "a/2", "a/3")):
            await _interrupt(stage, program, fault, first)
            await _meanwhile(stage, program, second)
        return judged(await stage.judge())


async def _interrupt(stage: Stage, program: Program, fault: Fault, name: str) -> None:
    """Let *name* die, and kill the program once a receiver has met the message."""
    done = asyncio.Event()

    def on_request(_: str) -> None:
        if program.is_running:
            program.kill("in the middle of a delivery")
            done.set()

    for receiver in stage.receivers:
        receiver.dice = _Sure(stage, fault)
        receiver.on_request = on_request
    stage.services.turn(name, Health.DEAD)
    async with asyncio.timeout(30):
        await done.wait()


async def _meanwhile(stage: Stage, program: Program, name: str) -> None:
    """Start the program with nobody to speak to, and let *name* die too."""
    for receiver in stage.receivers:
        receiver.on_request = lambda _: None
        receiver.dice = _Sure(stage, Fault.ACCEPT)
        await receiver.go_away()
    stage.services.turn(name, Health.DEAD)
    await program.serve()
    await believed(stage)
    await asyncio.sleep(_AWAY_S)
    for receiver in stage.receivers:
        await receiver.open()
    await stage.quiet()


class _Sure(Dice):
    """Dice with one face."""

    def __init__(self, stage: Stage, fault: Fault) -> None:
        super().__init__(stage.dice, {fault: 1})
