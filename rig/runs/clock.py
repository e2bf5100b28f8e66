"""Clock (B12): steps of the wall clock under a running process cause no message and hide none."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from rig.checker import Wrong, last_word_is_the_truth
from rig.history import Act, Deed, Health
from rig.moment import now
from rig.order import Order
from rig.runs.freeze import heard, silent, started
from rig.runs.late import believed
from rig.stage import Play, Stage, staged
from rig.summary import Result, blame
from rig.world import Fault

STEPS = ("-1h", "+1d", "-90", "+0")
_AFTER_S = 6.0


async def clock(order: Order) -> Result:
    """Step the wall clock to and fro under looks and reports."""
    step_file = order.folder / "step"
    step_file.write_text("+0")
    play = Play(
        folder=order.folder,
        store=str(order.folder / "rig.db"),
        seed=order.seed,
        faults={Fault.ACCEPT: 1},
        grace_s=20,
        environment=_environment(step_file),
    )
    async with staged(play) as stage:
        [program] = stage.programs
        stage.calm()
        stage.services.turn("a/0", Health.DEAD)
        await program.serve()
        await started(stage)
        wrongs = [wrong for step in STEPS for wrong in await _step(stage, step_file, step)]
        case = await stage.judge()
        wrongs += [Wrong("last word", words) for words in last_word_is_the_truth(case)]
        told = heard(stage)
        lines = [f"steps         {', '.join(STEPS)}", f"messages      {told}", *blame(wrongs)]
        return Result(wrongs=wrongs, lines=lines, history=stage.history)


async def _step(stage: Stage, file: Path, step: str) -> list[Wrong]:
    """Step the clock, wait for messages that must not come, then make one that must."""
    told = heard(stage)
    file.write_text(step)  # noqa: ASYNC240 - a few bytes
    stage.history.note(Deed(now(), Act.STEP, "clock", step))
    await asyncio.sleep(_AFTER_S)
    wrongs = list(silent(stage, told))
    told = heard(stage)
    name = stage.dice.choice([name for name in stage.services.truth if name != "a/0"])
    for health in (Health.DEAD, Health.HEALTHY):
        stage.services.turn(name, health)
        await believed(stage)
        await stage.quiet()
    return [*wrongs, *_missed(stage, told, step)]


def _missed(stage: Stage, told: int, step: str) -> Iterator[Wrong]:
    wanted = told + 2 * len(stage.receivers)
    if heard(stage) != wanted:
        yield Wrong("missed", f"after {step}: {heard(stage)} messages, expected {wanted}")


def _environment(step_file: Path) -> dict[str, str]:
    [library] = sorted(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"))[:1]
    return {
        "LD_PRELOAD": str(library),
        "FAKETIME_TIMESTAMP_FILE": str(step_file),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
