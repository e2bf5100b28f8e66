"""Database: PostgreSQL killed and started again; a failover that lost the last commits."""

import asyncio

from rig.checker import RULES, Case, Wrong
from rig.history import Act, Deed, Health
from rig.moment import now
from rig.postgres import Server
from rig.runs.kill import restless, settled
from rig.runs.late import believed
from rig.runs.order import Order
from rig.stage import Play, Stage, staged
from rig.summary import Result, judged, summary

_NEVER_LOST = ("last word", "repeat", "saved", "store", "truth", "page", "error")


async def database(order: Order) -> Result:
    """Kill the database as often as *order* says, then let a standby take over."""
    first = await _crashes(order)
    if first.wrongs:
        return first
    second = await _failover(order)
    lines = ["crashes", *first.lines, "failover", *second.lines]
    return Result(wrongs=second.wrongs, lines=lines, history=second.history)


async def _crashes(order: Order) -> Result:
    server = Server(order.folder / "crashing")
    server.create()
    server.start()
    try:
        play = Play(folder=order.folder, store=server.url, seed=order.seed, processes=2)
        async with staged(play) as stage:
            await _start(stage)
            async with restless(stage):
                for _ in range(order.cycles):
                    await asyncio.sleep(stage.dice.uniform(2, 8))
                    await _crash(stage, server)
            return judged(await settled(stage))
    finally:
        server.stop()


async def _crash(stage: Stage, server: Server) -> None:
    """Kill the server, and start it again while its programs look for it."""
    stage.history.note(Deed(now(), Act.CRASH, "database", "killed"))
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(stage.dice.uniform(0, 5))
    await asyncio.to_thread(server.start)
    stage.history.note(Deed(now(), Act.CRASH, "database", "started"))


async def _failover(order: Order) -> Result:
    primary, standby = Server(order.folder / "primary"), Server(order.folder / "standby")
    primary.create()
    primary.start()
    standby.copy(primary)
    standby.start()
    hosts = f"127.0.0.1:{primary.port},127.0.0.1:{standby.port}"
    store = f"postgresql://postgres@{hosts}/postgres?target_session_attrs=read-write"
    folder = order.folder / "failover"
    folder.mkdir()
    try:
        play = Play(folder=folder, store=store, seed=order.seed, processes=2, reporters=0)
        async with staged(play) as stage:
            await _start(stage)
            case = await _lose(stage, primary, standby)
            return _kept(case)
    finally:
        primary.stop()
        standby.stop()


async def _lose(stage: Stage, primary: Server, standby: Server) -> Case:
    """Let services die before and after the last commit that the standby sees."""
    stage.calm()
    names = list(stage.services.truth)
    await _turn(stage, names[:3], Health.DEAD)
    await asyncio.to_thread(standby.deafen)
    await _turn(stage, names[3:6], Health.DEAD)
    stage.history.note(Deed(now(), Act.CRASH, "database", "failover"))
    await asyncio.to_thread(primary.kill)
    await asyncio.to_thread(standby.promote)
    await _turn(stage, names[6:9], Health.DEAD)
    await _turn(stage, names[::2], Health.HEALTHY)
    return await stage.judge(lossy=True)


async def _turn(stage: Stage, names: list[str], health: Health) -> None:
    for name in names:
        stage.services.turn(name, health)
    await believed(stage)
    await stage.quiet()


async def _start(stage: Stage) -> None:
    for program in stage.programs:
        program.start()
        await program.ready()


def _kept(case: Case) -> Result:
    """Return the result of *case* by the promises that hold though the database forgot."""
    wrongs = [Wrong(name, words) for name in _NEVER_LOST for words in RULES[name](case)]
    return Result(wrongs=wrongs, lines=list(summary(case, wrongs)), history=case.history)
