"""Freeze: SIGSTOP for 15 s says nothing, and what waited meanwhile is answered 503."""

import asyncio
from collections.abc import Iterator

from rig import snapshot
from rig.checker import Wrong
from rig.history import Health, Reported
from rig.moment import now
from rig.order import Order
from rig.stage import Play, Stage, staged
from rig.summary import Result, judged
from rig.world import Fault

_FROZEN_S = 15.0
_AFTER_S = 8.0
_STARTED_S = 60.0


async def freeze(order: Order) -> Result:
    """Freeze a process that watches services and reporters, some dead, most well."""
    play = Play(
        folder=order.folder,
        store=str(order.folder / "rig.db"),
        seed=order.seed,
        faults={Fault.ACCEPT: 1},
        grace_s=10,
    )
    async with staged(play) as stage:
        [program] = stage.programs
        stage.calm()
        stage.services.turn("a/0", Health.DEAD)
        await program.serve()
        await started(stage)
        told, began = heard(stage), now()
        program.freeze()
        await asyncio.sleep(_FROZEN_S)
        thawed = now()
        program.thaw()
        await asyncio.sleep(_AFTER_S)
        wrongs = [*silent(stage, told), *_refused(stage, began, thawed)]
        return judged(await stage.judge(), wrongs)


async def started(stage: Stage) -> None:
    """Wait until the start was told, and everything else."""
    async with asyncio.timeout(_STARTED_S):
        while not snapshot.is_start_noted(stage.play.store):  # noqa: ASYNC110 - only the store knows
            await asyncio.sleep(0.2)
    await stage.quiet()


def heard(stage: Stage) -> int:
    """Return how many messages all channels have heard by now."""
    return sum(len(stage.taken(receiver.channel)) for receiver in stage.receivers)


def silent(stage: Stage, told: int) -> Iterator[Wrong]:
    """Yield a complaint where more than *told* messages were heard by now."""
    if heard(stage) > told:
        yield Wrong("silent", f"{heard(stage) - told} messages were sent for no news")


def _refused(stage: Stage, began: int, thawed: int) -> Iterator[Wrong]:
    """Yield a complaint about each report that waited and was answered otherwise."""
    waited = [
        one
        for one in stage.history.of(Reported)
        if began + 1_000 < one.at < thawed - 1_000 and one.answer != "503"
    ]
    for one in waited:
        yield Wrong("waiting", f"a report that waited at {one.at} was answered {one.answer}")
