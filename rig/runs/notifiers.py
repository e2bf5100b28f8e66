"""Notifiers (B25): every kind of channel against every way in which its far side misbehaves.

The story is that of the tests, on a fake clock, with the real notifiers and real connections.
"""

import asyncio
import os
import sys
from pathlib import Path

from rig.checker import Wrong
from rig.order import Order
from rig.summary import Result, blame

CYCLES = 19
_ROOT = Path(__file__).resolve().parent.parent.parent
_STORY = "tests/stories/test_stories_notifiers.py"
_LONGEST_S = 900


async def notifiers(order: Order) -> Result:
    """Play the story with as many behaviours as *order* has cycles."""
    told = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", _STORY),
        *(f"--basetemp={order.folder / 'story'}", f"--timeout={_LONGEST_S}"),
        cwd=_ROOT,
        env=os.environ | {"NOTIFIER_ZOO": str(order.cycles)},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    async with asyncio.timeout(_LONGEST_S):
        output, _ = await told.communicate()
    lines = output.decode(errors="replace").splitlines()
    broken = [line for line in lines if line.startswith("wrong: ")]
    wrongs = [Wrong("notifiers", line.removeprefix("wrong: ")) for line in broken]
    if told.returncode and not wrongs:
        wrongs = [Wrong("notifiers", lines[-1] if lines else "it said nothing")]
    return Result(wrongs=wrongs, lines=[*lines[:1], *blame(wrongs)])
