"""Scripts (B19): those that misbehave end in time, and leave neither orphans nor zombies."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import uvloop

from rig.checker import Wrong
from rig.order import Order
from rig.summary import Result, blame
from watchkeeper.core.status import Status
from watchkeeper.outside.outside import Outside, real
from watchkeeper.probes import script

CYCLES = 1


DEADLINE_MS, QUICK = 500, 100
_BAR_MS, _PATIENCE_MS = 1_000, 20_000
_EXPECTED = [Status(n % 3) for n in range(QUICK)]
_ON = f"sleep 98765.{os.getpid():07}"
"""What a script leaves running: its argument tells it from all else on the machine."""

MISBEHAVING = {
    "goes on for ever": _ON,
    "never stops talking": "yes",
    "ignores signals": f"trap '' TERM HUP INT; {_ON}",
    "closes its output": f"exec >&- 2>&-; {_ON}",
    "stops itself": f"(setsid {_ON} &); kill -STOP $$",
    "hides in sessions": f"setsid {_ON} & env -i setsid {_ON} & wait",
    "is a tree": f"for n in $(seq 20); do ({_ON} & {_ON} & wait) & done; wait",
    "buries nobody": f"sh -c 'for n in $(seq 1000); do : & done; exec {_ON}'",
    "forks and forks": "while :; do (exit 0 &); done",
}
"""Scripts that do not end by themselves; each keeps the number of its processes bounded."""


@dataclass(slots=True)
class Tally:
    """What was played: *overrun_ms* is the longest that a look went past its deadline."""

    looks: int = 0
    overrun_ms: float = 0.0


async def scripts(order: Order) -> Result:
    """Play every script that misbehaves, and a hundred quick ones, as often as *order* says."""
    tally, wrongs = Tally(), list[Wrong]()
    await asyncio.to_thread(uvloop.run, _play(order.cycles, tally, wrongs))
    lines = [
        f"scripts       {tally.looks} in {order.cycles} rounds",
        f"overrun       {tally.overrun_ms:.0f} ms at most (bar {_BAR_MS})",
    ]
    return Result(wrongs=wrongs, lines=[*lines, *blame(wrongs)])


async def _play(rounds: int, tally: Tally, wrongs: list[Wrong]) -> None:
    outside = real()
    for _ in range(rounds):
        for name, text in MISBEHAVING.items():
            if await _look(text, tally, outside) is not Status.DEAD:
                wrongs.append(Wrong("verdict", f"who {name} is not dead"))
            wrongs += [Wrong("left", f"of who {name}: {line}") for line in _left()]
        if await asyncio.gather(*(_quick(n, tally, outside) for n in range(QUICK))) != _EXPECTED:
            wrongs.append(Wrong("verdict", "a quick script was misjudged"))
        wrongs += [Wrong("left", f"of quick ones: {line}") for line in _left()]
    await outside.close()


async def _look(text: str, tally: Tally, outside: Outside) -> Status:
    began = time.monotonic()
    report = await script.look(text, script.Options(), DEADLINE_MS, outside)
    took_ms = (time.monotonic() - began) * 1000
    tally.looks += 1
    tally.overrun_ms = max(tally.overrun_ms, took_ms - DEADLINE_MS)
    return report.status


async def _quick(number: int, tally: Tally, outside: Outside) -> Status:
    """Run a script that only says *number*, with all the time that a busy machine may need."""
    tally.looks += 1
    text = f"exit {number % 3}"
    return (await script.look(text, script.Options(), _PATIENCE_MS, outside)).status


def _left() -> Iterator[str]:
    """Yield what scripts left: what goes on for ever, and dead children that nobody buried."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
            line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if _ON in line or (state == "Z" and int(parent) == os.getpid()):
                yield f"{folder.name} {state} {line}"
