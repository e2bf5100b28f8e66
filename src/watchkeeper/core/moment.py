"""Moment: one instant in both times; and how people read moments and spans."""

from dataclasses import dataclass
from datetime import UTC, datetime

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS

_UNITS = ((DAY_MS, "d"), (HOUR_MS, "h"), (60_000, "min"), (1_000, "s"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One instant in both times, milliseconds: *steady* decides, *at* is shown."""

    steady: int
    at: int

    def moved_to(self, steady: int) -> "Moment":
        """Return the instant that is *steady*, shown as far from this one as it is."""
        return Moment(steady=steady, at=self.at + steady - self.steady)


def timestamp(at: int, *, exactly: bool = False) -> str:
    """Return the wall moment *at* in UTC, to the second, or *exactly* to the millisecond."""
    whole = datetime.fromtimestamp(at / 1000, UTC)
    text = whole.isoformat(timespec="milliseconds" if exactly else "seconds")
    return text.replace("+00:00", "Z")


def span(ms: int) -> str:
    """Return how long *ms* milliseconds are, in whole units of the largest that fits."""
    for size, unit in _UNITS:
        if ms >= size:
            return f"{ms // size} {unit}"
    return "less than 1 s"
