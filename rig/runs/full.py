"""Full: no room is left on the disk of the store; who dies meanwhile is told all the same."""

import asyncio
from collections.abc import Iterator

from rig import disk, snapshot, wire
from rig.checker import Wrong, acknowledged_is_kept
from rig.disk import Disk
from rig.history import Act, Deed, Health, Reported
from rig.moment import now
from rig.order import Order
from rig.runs.database import kept, untold
from rig.stage import Play, Stage, staged
from rig.summary import Result
from rig.world import Fault
from watchkeeper.web.public.page import REST_MS

CYCLES = 1
_LONG_S, _BACK_S = 45.0, 5.0
_DEAD, _RETURNING = "a/0", "a/1"


async def full(order: Order) -> Result:
    """Fill the disk for long, as often as *order* says, while services die and return."""
    if not disk.may_mount():
        order.folder.rmdir()
        disk.begin_anew("full", "--seed", str(order.seed), "--cycles", str(order.cycles))
    with disk.mounted(order.folder / "disk") as mine:
        return await _played(order, mine)


async def _played(order: Order, mine: Disk) -> Result:
    play = Play(
        folder=order.folder,
        store=str(mine.folder / "rig.db"),
        seed=order.seed,
        faults={Fault.ACCEPT: 1},
    )
    async with staged(play) as stage:
        [program] = stage.programs
        await program.serve()
        stage.calm()
        wrongs = [wrong for _ in range(order.cycles) for wrong in await _cycle(stage, mine)]
        case = await stage.judge(lossy=True)
        wrongs += [Wrong("acknowledged", words) for words in acknowledged_is_kept(case)]
        return kept(case, wrongs)


async def _cycle(stage: Stage, mine: Disk) -> list[Wrong]:
    """Let one service die, and another die and return, of which nothing can be kept."""
    stage.services.turn(_DEAD, Health.HEALTHY)
    await stage.quiet()
    began = _noted(stage, Act.CRASH, "filled")
    mine.fill()
    for name in (_DEAD, _RETURNING):
        stage.services.turn(name, Health.DEAD)
    await asyncio.sleep(_LONG_S)
    wrongs = [wrong for name in (_DEAD, _RETURNING) for wrong in untold(stage, name, began)]
    stage.services.turn(_RETURNING, Health.HEALTHY)
    await asyncio.sleep(_BACK_S)
    wrongs += _unrefused(stage, began)
    if not await _is_paused(stage):
        wrongs.append(Wrong("paused", "without room, the page does not say that nothing is kept"))
    mine.make_room()
    _noted(stage, Act.RECOVER, "has room")
    await stage.quiet()
    if await _is_paused(stage):
        wrongs.append(Wrong("paused", "with room again, the page says that nothing is kept"))
    stage.history.note(snapshot.find(stage.play.store))
    return wrongs


async def _is_paused(stage: Stage) -> bool:
    """Return whether the page says that nothing can be recorded, once it may be drawn anew."""
    await asyncio.sleep(REST_MS / 1000)
    answer = await wire.ask(stage.programs[0].place, "GET", "/")
    return b"Recording is paused" in answer.body


def _noted(stage: Stage, act: Act, how: str) -> int:
    at = now()
    stage.history.note(Deed(at, act, "disk", how))
    return at


def _unrefused(stage: Stage, began: int) -> Iterator[Wrong]:
    """Yield a complaint where no report was turned away, or one not with 503."""
    answers = {one.answer for one in stage.history.of(Reported) if one.at > began}
    if "503" not in answers or answers - {"200", "503"}:
        yield Wrong("refused", f"without room, reports were answered {sorted(answers)}")
