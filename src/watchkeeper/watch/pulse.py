"""Pulse: notices that we were stopped, by a jump of our own time between two ticks."""

from collections.abc import Callable
from dataclasses import dataclass

from watchkeeper.outside.clock import Clock

TICK_MS = 200
GAP_MS = 1_000


@dataclass(frozen=True, slots=True)
class Gap:
    """A time in which we did nothing: how long, and when it ended (wall milliseconds)."""

    ms: int
    until_at: int


class Pulse:
    """Ticks, and calls *on_gap* once after each time that we were stopped."""

    def __init__(self, clock: Clock, on_gap: Callable[[Gap], None]) -> None:
        self._clock = clock
        self._on_gap = on_gap
        self._last: int | None = None
        self._gaps = 0

    def gaps(self) -> int:
        """Return how often we were stopped, this very moment included.

        Whoever wakes first after a stop may ask before the next tick, so it ticks here too.
        """
        now = self._clock.boottime()
        missed = now - self._last if self._last is not None else 0
        self._last = now
        if missed > GAP_MS + TICK_MS:
            self._gaps += 1
            self._on_gap(Gap(missed, self._clock.wall()))
        return self._gaps

    async def run(self) -> None:
        """Tick until cancelled."""
        while True:
            self.gaps()
            await self._clock.sleep(TICK_MS)
