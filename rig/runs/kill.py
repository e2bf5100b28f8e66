"""Kill (B1): SIGKILL again and again under load, with receivers that misbehave."""

import asyncio
from pathlib import Path

from rig import snapshot
from rig.checker import Case
from rig.nemesis import AIMS, Aim, live
from rig.stage import Play, Stage, staged


async def on_sqlite(folder: Path, cycles: int, seed: int) -> Case:
    """Return the case of one process on a file, killed *cycles* times."""
    play = Play(folder=folder, store=str(folder / "rig.db"), seed=seed)
    async with staged(play) as stage:
        leaver = asyncio.create_task(_come_and_go(stage))
        stirrer = asyncio.create_task(_stir(stage))
        [program] = stage.programs
        for cycle in range(cycles):
            aim = Aim.RANDOM if cycle == 0 else stage.dice.choice(AIMS)
            await live(program, stage.receivers, aim, stage.dice)
            if Path(play.store).exists() and cycle:
                stage.history.note(snapshot.find(play.store))
        stirrer.cancel()
        leaver.cancel()
        await asyncio.gather(stirrer, leaver, return_exceptions=True)
        program.start()
        await program.ready()
        return await stage.judge()


async def _stir(stage: Stage) -> None:
    while True:
        await asyncio.sleep(stage.dice.uniform(0.3, 4))
        stage.stir()


async def _come_and_go(stage: Stage) -> None:
    """Let one receiver after the other go away for a moment."""
    while True:
        await asyncio.sleep(stage.dice.uniform(2, 10))
        receiver = stage.dice.choice(stage.receivers)
        await receiver.go_away()
        try:
            await asyncio.sleep(stage.dice.uniform(0.2, 2))
        finally:
            await receiver.open()
