"""Histogram: latencies counted in buckets, each at most 1/64 of its latency wide.

Up to 64 µs a bucket is one microsecond wide; from there on each doubling of the latency has
64 of them. So histograms of any two spans add up to that of both, whoever made them, and a
quantile is wrong by less than 1.6 %.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from math import ceil
from types import MappingProxyType

Histogram = Mapping[int, int]
NOTHING: Histogram = MappingProxyType({})
LONGEST_US = (1 << 36) - 1  # 19 hours; what took longer is counted as that
_FINE_BITS = 6
_FINE = 1 << _FINE_BITS
_MORE, _SEVEN = 0x80, 0x7F


def bucket(latency_us: int) -> int:
    """Return the number of the bucket, at most 2,047, that *latency_us* is counted in."""
    latency_us = min(max(latency_us, 0), LONGEST_US)
    shift = max(latency_us.bit_length() - _FINE_BITS - 1, 0)
    return shift * _FINE + (latency_us >> shift)


def middle(number: int) -> int:
    """Return the microseconds that stand for the latencies in bucket *number*."""
    shift = max(number // _FINE - 1, 0)
    least = (number - shift * _FINE) << shift
    return least + (1 << shift) // 2


def of(buckets: Iterable[int]) -> Histogram:
    """Return the histogram that counts *buckets*, one for each latency."""
    return Counter(buckets)


def merge(histograms: Iterable[Histogram]) -> Histogram:
    """Return the histogram of everything that *histograms* count."""
    whole: Counter[int] = Counter()
    for one in histograms:
        whole.update(one)
    return whole


def total(histogram: Histogram) -> int:
    """Return how many latencies *histogram* counts."""
    return sum(histogram.values())


def quantile(histogram: Histogram, share: float) -> int | None:
    """Return the microseconds that *share* of the latencies do not exceed; None of nothing."""
    rank = max(ceil(total(histogram) * share), 1)
    for number, count in sorted(histogram.items()):
        rank -= count
        if rank <= 0:
            return middle(number)
    return None


def dump(histogram: Histogram) -> bytes:
    """Return *histogram* in as few bytes as it takes: gaps and counts, seven bits a byte."""
    written = bytearray()
    last = 0
    for number, count in sorted(histogram.items()):
        for value in (number - last, count):
            _write(written, value)
        last = number
    return bytes(written)


def parse(kept: bytes) -> Histogram:
    """Return the histogram that `dump` wrote as *kept*."""
    values = iter(_read(kept))
    found: dict[int, int] = {}
    last = 0
    for gap, count in zip(values, values, strict=True):
        last += gap
        found[last] = count
    return found


def _write(written: bytearray, value: int) -> None:
    while value > _SEVEN:
        written.append(value & _SEVEN | _MORE)
        value >>= 7
    written.append(value)


def _read(kept: bytes) -> list[int]:
    values: list[int] = []
    value = shift = 0
    for byte in kept:
        value |= (byte & _SEVEN) << shift
        shift += 7
        if byte < _MORE:
            values.append(value)
            value = shift = 0
    return values
