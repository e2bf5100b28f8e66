"""Lateness: counts the looks with which we were late, and tells of them once a minute."""

import logging

LATE_MS = 1_000
EVERY_MS = 60_000
log = logging.getLogger(__name__)


class Lateness:
    """How many looks began *late*, had to *make way*, or were *void*, since the last telling."""

    def __init__(self) -> None:
        self.late = self.made_way = self.void = 0
        self._worst_ms = 0
        self._told: int | None = None

    def begun(self, late_ms: int) -> str:
        """Note a look that begins *late_ms* late; return what its evidence says of that."""
        if late_ms < LATE_MS:
            return ""
        self.late += 1
        self._worst_ms = max(self._worst_ms, late_ms)
        return f"we were late: it began {late_ms / 1000:.1f} s after its time\n"

    def tell(self, now: int) -> None:
        """Say in the log what there is to say, once a minute."""
        if self._told is None:
            self._told = now
        if now - self._told < EVERY_MS:
            return
        if self.late or self.made_way or self.void:
            log.warning(
                "looks that began late: %s, by %.1f s at most; that made way, since their target"
                " hangs: %s; that were void, since we stood still: %s",
                *(self.late, self._worst_ms / 1000, self.made_way, self.void),
            )
        self.late = self.made_way = self.void = self._worst_ms = 0
        self._told = now
