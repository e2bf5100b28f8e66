"""Sample: one look as it is kept for 30 days, in five bytes."""

from collections.abc import Iterable
from struct import Struct
from typing import NamedTuple

from watchkeeper.core.histogram import Histogram, bucket, of
from watchkeeper.core.moment import HOUR_MS
from watchkeeper.core.report import UNKNOWN
from watchkeeper.core.status import Status

TENTH_MS = 100
NO_BUCKET = 0xFFFF
_LAYOUT = Struct("<HbH")


class Sample(NamedTuple):
    """A look: in which tenth of a second of its hour, what it saw, how long that took.

    *bucket* is the histogram's, `NO_BUCKET` where there was no latency.
    """

    tenth: int
    status: int
    bucket: int


def of_look(at: int, status: int, latency_us: int) -> Sample:
    """Return the sample of a look that ended at the wall moment *at*."""
    taken = NO_BUCKET if latency_us == UNKNOWN else bucket(latency_us)
    return Sample(at % HOUR_MS // TENTH_MS, status, taken)


def union(*several: Iterable[Sample]) -> list[Sample]:
    """Return all samples of one hour in their order, one of each tenth of a second.

    Where several have one, the worst stays, so that order and repetition change nothing.
    """
    found: dict[int, Sample] = {}
    for samples in several:
        for one in samples:
            found[one.tenth] = max(found.get(one.tenth, one), one)
    return [found[tenth] for tenth in sorted(found)]


def dump(samples: Iterable[Sample]) -> bytes:
    """Return *samples* as bytes, five each."""
    return b"".join(_LAYOUT.pack(*one) for one in samples)


def parse(kept: bytes | bytearray) -> list[Sample]:
    """Return the samples that `dump` wrote as *kept*."""
    return list(map(Sample._make, _LAYOUT.iter_unpack(kept)))


def latencies(samples: Iterable[Sample]) -> Histogram:
    """Return the histogram of those of *samples* that were answered: not dead, not blind."""
    return of(one.bucket for one in samples if is_answered(one))


def is_answered(one: Sample) -> bool:
    """Return whether the latency of *one* is that of an answer."""
    return Status.HEALTHY <= one.status < Status.DEAD and one.bucket != NO_BUCKET
