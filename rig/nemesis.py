"""The nemesis: the ways in which a process ends, at random and aimed."""

import asyncio
import random
from collections.abc import Sequence
from enum import Enum

from rig.program import Program
from rig.world import Receiver

_PATIENCE_S = 6.0


class Aim(Enum):
    """Where a kill is aimed."""

    RANDOM = "at random"
    BOOT = "during the start"
    DELIVERY = "in the middle of a delivery"
    ANSWER = "just after the answer to a delivery"
    SYNC = "inside a sync"


AIMS = tuple(Aim)


async def live(program: Program, receivers: Sequence[Receiver], aim: Aim, dice: random.Random) -> None:
    """Start *program* and let it live until *aim* ends it."""
    program.start(inside_sync(dice) if aim is Aim.SYNC else ())
    if aim is Aim.BOOT:
        await asyncio.sleep(dice.uniform(0.05, 1.2))
        program.kill(aim.value)
    elif await program.ready():
        await end(program, receivers, aim, dice)
    else:
        program.kill(aim.value)


async def end(program: Program, receivers: Sequence[Receiver], aim: Aim, dice: random.Random) -> None:
    """End *program*, which is serving, as *aim* says, at random where that does not happen."""
    if aim in {Aim.DELIVERY, Aim.ANSWER}:
        await _kill_at_delivery(program, receivers, aim, dice)
    elif aim is Aim.SYNC:
        await _wait_for_death(program)
        program.kill(aim.value)
    else:
        await asyncio.sleep(dice.choice((dice.uniform(0, 1), dice.uniform(3, 6))))
        program.kill(aim.value)


def inside_sync(dice: random.Random, call: str = "fdatasync") -> tuple[str, ...]:
    """Return what to start a program under, so that it dies inside the n-th *call*."""
    number = dice.choice((dice.randint(2, 12), dice.randint(10, 60)))
    fault = f"inject={call}:signal=SIGKILL:when={number}"
    return ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", fault)


async def _kill_at_delivery(
    program: Program, receivers: Sequence[Receiver], aim: Aim, dice: random.Random
) -> None:
    met = asyncio.Event()
    loop = asyncio.get_running_loop()

    def on_request() -> None:
        """Kill before the answer is written, or in the moment after."""
        if not program.is_running:
            return
        if aim is Aim.DELIVERY:
            program.kill(aim.value)
            met.set()
        else:
            loop.call_later(dice.choice((0.0, 0.001, 0.003)), strike)

    def strike() -> None:
        if program.is_running:
            program.kill(aim.value)
        met.set()

    await asyncio.sleep(dice.uniform(0, 3))
    for receiver in receivers:
        receiver.on_request = on_request
    try:
        async with asyncio.timeout(_PATIENCE_S):
            await met.wait()
    except TimeoutError:
        program.kill("at random, for no delivery came")
    finally:
        for receiver in receivers:
            receiver.on_request = lambda: None


async def _wait_for_death(program: Program) -> None:
    for _ in range(int(_PATIENCE_S / 0.05)):
        if not program.is_running:
            return
        await asyncio.sleep(0.05)
