"""Database: PostgreSQL killed and started again; a failover that lost the last commits."""

import asyncio
from collections.abc import Iterable, Iterator

from rig.checker import RULES, Case, Wrong
from rig.history import Act, Deed, Health, Received
from rig.moment import now
from rig.order import Order
from rig.postgres import Server, running
from rig.runs.kill import restless, settled
from rig.runs.late import believed
from rig.stage import Play, Stage, staged
from rig.summary import Result, judged, summary
from rig.world import Fault

CYCLES = 10
_NEVER_LOST = ("last word", "repeat", "saved", "store", "truth", "page", "error")

_LONG_S = 45.0


async def database(order: Order) -> Result:
    """Kill the database as often as *order* says, then for long, then let a standby take over."""
    lines: list[str] = []
    for run in (_crashes, _absence, _failover):
        result = await run(order)
        lines += [f"{run.__name__.strip('_')}:", *result.lines]
        if result.wrongs:
            break
    return Result(wrongs=result.wrongs, lines=lines, history=result.history)


async def _crashes(order: Order) -> Result:
    with running(order.folder / "crashing") as server:
        play = Play(folder=order.folder, store=server.url, seed=order.seed, processes=2)
        async with staged(play) as stage:
            await _start(stage)
            async with restless(stage):
                for _ in range(order.cycles):
                    await asyncio.sleep(stage.dice.uniform(2, 8))
                    await _crash(stage, server, stage.dice.uniform(0, 5))
            return judged(await settled(stage))


async def _absence(order: Order) -> Result:
    """Let a service die while the database is away for long: it is told, though unrecorded."""
    folder = order.folder / "absence"
    folder.mkdir()
    with running(order.folder / "absent") as server:
        play = Play(
            folder=folder, store=server.url, seed=order.seed, processes=2, faults={Fault.ACCEPT: 1}
        )
        async with staged(play) as stage:
            await _start(stage)
            stage.calm()
            await stage.quiet()
            stage.services.turn("a/0", Health.DEAD)
            await _crash(stage, server, _LONG_S)
            wrongs = list(untold(stage, "a/0"))
            return kept(await settled(stage), wrongs)


def untold(stage: Stage, name: str, since: int = 0) -> Iterator[Wrong]:
    """Yield a complaint about each channel that heard nothing while nothing was recorded."""
    for receiver in stage.receivers:
        said = (one.body for one in stage.taken(receiver.channel) if one.at >= since)
        unrecorded = [body["replicas"] for body in said if body.get("unrecorded")]
        if not any(stage.services.replica(name) in replicas for replicas in unrecorded):
            yield Wrong("unrecorded", f"{receiver.channel} did not hear that {name} is dead")


async def _crash(stage: Stage, server: Server, away_s: float) -> None:
    """Kill the server, and start it again while its programs look for it."""
    stage.history.note(Deed(now(), Act.CRASH, "database", "killed"))
    await asyncio.to_thread(server.kill)
    await asyncio.sleep(away_s)
    await asyncio.to_thread(server.start)
    stage.history.note(Deed(now(), Act.RECOVER, "database", "started"))


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
            return kept(case, _remembered(case))
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
    stage.history.note(Deed(now(), Act.RECOVER, "database", "failover"))
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
        await program.serve()


def _remembered(case: Case) -> Iterator[Wrong]:
    """Yield a complaint where the standby forgot nothing: then nothing was tried."""
    known = {one.id for one in case.snapshot.sent}
    taken = {one.id for one in case.history.of(Received) if one.taken}
    if taken <= known:
        yield Wrong("failover", "the standby had every commit")


def kept(case: Case, more: Iterable[Wrong]) -> Result:
    """Return the result of *case* by the promises that hold though the database forgot."""
    broken = [Wrong(name, words) for name in _NEVER_LOST for words in RULES[name](case)]
    wrongs = [*more, *broken]
    return Result(wrongs=wrongs, lines=list(summary(case, wrongs)), history=case.history)
