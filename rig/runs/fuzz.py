"""Fuzz (B7): damaged input ends in what is declared, soon, and leaves nothing behind."""

import asyncio
import resource
import time
from dataclasses import dataclass
from typing import Any

import uvloop
from hypothesis import HealthCheck, given, seed, settings

from rig.checker import Wrong
from rig.fuzz import Fuzzed, targets
from rig.order import Order
from rig.summary import Result, blame

CYCLES = 5_000
_BATCH = 1_000
"""Hypothesis remembers every input of a batch: a million at once would take 10 GB."""

_BAR_MS, _MOST_KB = 100, 256 * 1024


@dataclass(slots=True)
class Played:
    """What came of one target: how many inputs, the slowest of them, and what was wrong."""

    name: str
    inputs: int = 0
    slowest_ms: float = 0.0
    wrong: str = ""

    def __str__(self) -> str:
        return f"{self.name:12}  {self.inputs:8} inputs, {self.slowest_ms:6.1f} ms the slowest"


async def fuzz(order: Order) -> Result:
    """Play as many inputs as *order* has cycles into each target that it names, or into all."""
    chosen = [one for one in targets(order.folder) if not order.names or one.name in order.names]
    began_kb = _peak_kb()
    played = [await asyncio.to_thread(_play, target, order) for target in chosen]
    wrongs = [Wrong("undeclared", f"{one.name}: {one.wrong}") for one in played if one.wrong]
    lines = [str(one) for one in played]
    lines.append(f"bars          {_BAR_MS} ms an input; {_MOST_KB} kB more memory")
    lines.append(f"memory        {_peak_kb() - began_kb} kB more at most")
    return Result(wrongs=wrongs, lines=[*lines, *blame(wrongs)])


def _play(target: Fuzzed, order: Order) -> Played:
    played = Played(target.name)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:

        def one(given: Any) -> None:
            began = time.perf_counter()
            runner.run(target.take(given))
            played.inputs += 1
            played.slowest_ms = max(played.slowest_ms, (time.perf_counter() - began) * 1000)

        try:
            for done in range(0, order.cycles, _BATCH):
                often = _often(min(_BATCH, order.cycles - done))
                seed(order.seed + done)(often(given(target.inputs)(one)))()
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what we look for
            notes = " ".join(getattr(error, "__notes__", ()))
            played.wrong = f"{error!r} {notes}"
    return played


def _often(times: int) -> settings:
    return settings(
        max_examples=times,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


def _peak_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
