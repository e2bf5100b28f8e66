"""The schedule is a function: who looks at what, and when. Nothing of it is stored."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from hashlib import blake2b


@lru_cache(maxsize=32_768)
def phase(key: str, interval_ms: int) -> int:
    """Return the moment within each interval, in milliseconds, at which *key* is due."""
    return _hash(key) % interval_ms


def slot(key: str, interval_ms: int, steady: int) -> int:
    """Return the number of the interval of *key* that *steady* falls into."""
    return (steady - phase(key, interval_ms)) // interval_ms


def next_due(key: str, interval_ms: int, steady: int) -> int:
    """Return the first moment after *steady* at which *key* is due."""
    first = phase(key, interval_ms)
    return first + ((steady - first) // interval_ms + 1) * interval_ms


def chosen(key: str, workers: Collection[str]) -> str | None:
    """Return which of the living *workers* does *key*, the same for all who ask."""
    if len(workers) == 1:
        return next(iter(workers))
    return max(workers, key=lambda worker: _hash(f"{worker}\n{key}"), default=None)


def speakers(plans: Mapping[str, str], page_digest: str) -> frozenset[str]:
    """Return the workers that may speak: those with the page's plan, else all of them.

    *plans* maps each living worker to the digest of its plan. Secrets are only in files,
    so a worker with another file may not know how to speak.
    """
    same = frozenset(worker for worker, digest in plans.items() if digest == page_digest)
    return same or frozenset(plans)


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest())
