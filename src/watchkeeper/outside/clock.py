"""The only module that reads the clocks: steady time decides, wall time is shown."""

import asyncio
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Protocol

from watchkeeper.core.moment import Moment

_BOOTTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)
_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """Times in integer milliseconds."""

    def boottime(self) -> int:
        """Return the time since the machine started, suspension included."""

    def wall(self) -> int:
        """Return the time of day since 1970, for people only."""

    def steady(self) -> int:
        """Return the time that never goes back, and by which everything is decided."""

    def adopt(self, steady: int) -> None:
        """Move on to *steady* where that is later: another process has seen it."""

    def boot_id(self) -> str:
        """Return a name that is new whenever the boottime starts again."""

    async def sleep(self, ms: int) -> None:
        """Wait for *ms* milliseconds."""


class SystemClock:
    """The clocks of this machine."""

    def __init__(self) -> None:
        self._ahead = 0
        self._boot_id = _read_boot_id()

    def boottime(self) -> int:
        """Return the time since the machine started, suspension included."""
        return time.clock_gettime_ns(_BOOTTIME) // 1_000_000

    def wall(self) -> int:
        """Return the time of day since 1970, for people only."""
        return time.time_ns() // 1_000_000

    def steady(self) -> int:
        """Return the time that never goes back, and by which everything is decided."""
        return self._ahead + self.boottime()

    def adopt(self, steady: int) -> None:
        """Move on to *steady* where that is later: another process has seen it."""
        self._ahead = max(self._ahead, steady - self.boottime())

    def boot_id(self) -> str:
        """Return a name that is new whenever the boottime starts again."""
        return self._boot_id

    async def sleep(self, ms: int) -> None:
        """Wait for *ms* milliseconds."""
        await asyncio.sleep(ms / 1000)


def _read_boot_id() -> str:
    try:
        return _BOOT_ID.read_text().strip()
    except OSError:
        return f"process-{time.time_ns()}"


def this_moment(clock: Clock) -> Moment:
    """Return the present instant in both times."""
    return Moment(steady=clock.steady(), at=clock.wall())


nanos = time.perf_counter_ns
"""Return nanoseconds by which a latency is measured, and nothing is decided."""


async def wait_at_most(clock: Clock, event: Coroutine[Any, Any, object], ms: int | None) -> None:
    """Wait for *event*, by *clock* at most *ms* milliseconds, for ever where that is None."""
    waits = [asyncio.ensure_future(event)]
    if ms is not None:
        waits.append(asyncio.ensure_future(clock.sleep(ms)))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)
