"""The disk: how long this machine takes to make one small write last."""

import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

_PAGE = bytes(4096)


@dataclass(frozen=True, slots=True)
class Syncs:
    """How many fdatasync a second of 4 KiB appended, and how long one takes."""

    a_second: float
    p50_ms: float
    p99_ms: float
    max_ms: float

    def __str__(self) -> str:
        return (
            f"{self.a_second:,.0f}/s, p50 {self.p50_ms:.2f} ms, p99 {self.p99_ms:.2f} ms,"
            f" max {self.max_ms:.1f} ms"
        )


def measure(folder: Path, seconds: float) -> list[float]:
    """Return the milliseconds of each write that was made to last in *folder*."""
    took: list[float] = []
    with tempfile.TemporaryFile(dir=folder, buffering=0) as file:
        end = time.monotonic() + seconds
        while (before := time.monotonic()) < end:
            file.write(_PAGE)
            os.fdatasync(file.fileno())
            took.append((time.monotonic() - before) * 1000)
    return took


def summed(took: list[float]) -> Syncs:
    """Return what the milliseconds *took* say of the disk."""
    cuts = statistics.quantiles(took, n=100)
    return Syncs(1000 * len(took) / sum(took), cuts[49], cuts[98], max(took))
