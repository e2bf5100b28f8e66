"""Thaw: one of two processes stands still for longer than the other waits, then goes on."""

import asyncio

from rig.order import Order
from rig.postgres import running
from rig.program import Program
from rig.runs.kill import restless, settled
from rig.stage import Play, Stage, staged
from rig.summary import Result, judged

CYCLES = 10
_FROZEN_S = 15.0
_PATIENCE_S = 6.0
_BETWEEN_S = (3.0, 8.0)


async def thaw(order: Order) -> Result:
    """Freeze either of two processes as often as *order* says, half of the times while it sends."""
    with running(order.folder / "postgres") as server:
        play = Play(folder=order.folder, store=server.url, seed=order.seed, processes=2)
        async with staged(play) as stage:
            for program in stage.programs:
                await program.serve()
            async with restless(stage):
                for cycle in range(order.cycles):
                    await asyncio.sleep(stage.dice.uniform(*_BETWEEN_S))
                    await _freeze_one(stage, while_sending=bool(cycle % 2))
            return judged(await settled(stage))


async def _freeze_one(stage: Stage, *, while_sending: bool) -> None:
    if while_sending:
        await _next_delivery(stage)
    victim: Program = stage.dice.choice(stage.programs)
    victim.freeze()
    try:
        await asyncio.sleep(_FROZEN_S)
    finally:
        victim.thaw()


async def _next_delivery(stage: Stage) -> None:
    """Wait until something arrives at a receiver, which has not answered it yet."""
    begun = asyncio.Event()
    for receiver in stage.receivers:
        receiver.on_request = lambda _: begun.set()
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await begun.wait()
    except TimeoutError:
        return
    finally:
        for receiver in stage.receivers:
            receiver.on_request = lambda _: None
