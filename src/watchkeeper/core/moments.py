"""Moments and spans as people read them."""

from datetime import UTC, datetime

_UNITS = ((86_400_000, "d"), (3_600_000, "h"), (60_000, "min"), (1_000, "s"))


def moment(at: int, *, exactly: bool = False) -> str:
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
