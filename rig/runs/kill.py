"""Kill (B1): SIGKILL again and again under load, with receivers that misbehave."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from rig import snapshot
from rig.checker import Case
from rig.nemesis import AIMS, Aim, Nemesis
from rig.order import Order
from rig.postgres import running
from rig.program import Program
from rig.stage import Play, Stage, staged
from rig.summary import Result, judged

CYCLES = 60


async def kill(order: Order) -> Result:
    """Kill as often as *order* says, on the store that it names."""
    run = _on_sqlite if order.store == "sqlite" else _on_postgres
    return judged(await run(order.folder, order.cycles, order.seed))


async def _on_sqlite(folder: Path, cycles: int, seed: int) -> Case:
    """Return the case of one process on a file, killed *cycles* times."""
    play = Play(folder=folder, store=str(folder / "rig.db"), seed=seed)
    async with staged(play) as stage:
        [program] = stage.programs
        nemesis = Nemesis(stage.dice, stage.receivers)
        async with restless(stage):
            for cycle in range(cycles):
                aim = stage.dice.choice(AIMS) if cycle else Aim.RANDOM
                if await nemesis.start(program, aim):
                    await nemesis.end([program], aim)
                elif program.is_running or aim is Aim.SYNC:
                    program.kill(aim.value)
                stage.history.note(snapshot.find(play.store))
        return await settled(stage)


async def _on_postgres(folder: Path, cycles: int, seed: int) -> Case:
    """Return the case of two processes on one PostgreSQL, either killed, *cycles* times in all."""
    with running(folder / "postgres") as server:
        play = Play(folder=folder, store=server.url, seed=seed, processes=2)
        async with staged(play) as stage:
            async with restless(stage):
                await _kill_either(stage, cycles)
            return await settled(stage)


async def _kill_either(stage: Stage, cycles: int) -> None:
    """One of the two lives on while the other starts; then one of them dies."""
    nemesis = Nemesis(
        stage.dice,
        stage.receivers,
        sync="sendto",
        lives=((0, 1), (3, 6), (12, 16)),
        speaks=lambda program, channel: _speaks(stage.play.store, program, channel),
    )
    one, two = stage.programs
    await one.serve()
    for _ in range(cycles):
        elder, newcomer = (one, two) if one.is_running else (two, one)
        if not elder.is_running:
            await elder.serve()
        aim = stage.dice.choice(AIMS)
        if await nemesis.start(newcomer, aim):
            victims = [elder, newcomer] if aim is Aim.SYNC else _shuffled(stage, elder, newcomer)
            await nemesis.end(victims, aim)
        elif aim is Aim.SYNC:
            newcomer.kill(aim.value)
        stage.history.note(snapshot.find(stage.play.store))


def _shuffled(stage: Stage, *programs: Program) -> list[Program]:
    return stage.dice.sample(programs, len(programs))


def _speaks(store: str, program: Program, channel: str) -> bool:
    return f"-{program.pid}-" in snapshot.holder(store, channel)


async def settled(stage: Stage) -> Case:
    """Return the case once every program runs and all is quiet."""
    for program in stage.programs:
        if not program.is_running:
            program.start()
    for program in stage.programs:
        await program.ready()
    return await stage.judge()


@asynccontextmanager
async def restless(stage: Stage) -> AsyncIterator[None]:
    """Turn truths and let receivers go away, as long as this lasts."""
    tasks = [asyncio.create_task(work) for work in (_stir(stage), _come_and_go(stage))]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


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
