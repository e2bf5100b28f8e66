"""Report: one observation of a replica, by whatever road it came."""

from enum import StrEnum
from typing import NamedTuple

from watchkeeper.core.reason import NONE, Reason
from watchkeeper.core.status import Status

UNKNOWN = -1


class SourceKind(StrEnum):
    """Who says it. A queue is a witness, all others are voices."""

    SELF = "self"
    REPORTER = "reporter"
    LOCAL = "local"
    QUEUE = "queue"

    __hash__ = str.__hash__  # a member's own is a call into Python, several times a report

    @property
    def is_voice(self) -> bool:
        """Return whether this source can be silent, and be the only one."""
        return self is not SourceKind.QUEUE

    @property
    def registers(self) -> bool:
        """Return whether a replica that nobody knew is there once this source speaks of it."""
        return self in {SourceKind.REPORTER, SourceKind.LOCAL}


class Source(NamedTuple):
    """One who reports: its kind, and its own name within that kind."""

    kind: SourceKind
    key: str = ""

    def __str__(self) -> str:
        return f"{self.kind}:{self.key}" if self.key else str(self.kind)


SELF = Source(SourceKind.SELF)


class Report(NamedTuple):
    """What *source* says of a replica.

    *heard* is its arrival in steady milliseconds, for a look its start. *valid_ms* is how
    long the word holds: 0 promises nothing, so that silence is never about it. *seq* is the
    slot of a look. *latency_us* is in microseconds; *cpu* and *ram* in thousandths of the
    whole. Where a number is not known it is `UNKNOWN`. *evidence* is what was seen: `str()` tells
    it, and is asked to only where it is kept.
    """

    status: Status
    source: Source = SELF
    heard: int = 0
    valid_ms: int = 0
    seq: int = UNKNOWN
    reason: Reason = NONE
    evidence: object = ""
    latency_us: int = UNKNOWN
    cpu: int = UNKNOWN
    ram: int = UNKNOWN
