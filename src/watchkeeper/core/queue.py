"""Queue: what the messages that wait in a queue say of those who should work through them."""

from dataclasses import dataclass
from typing import NamedTuple

from watchkeeper.core.reason import NONE, Reason
from watchkeeper.core.report import Report, Source, SourceKind
from watchkeeper.core.secret import Secret
from watchkeeper.core.status import Status
from watchkeeper.core.url import Url


class Counts(NamedTuple):
    """Messages in a queue: those that are *ready*, and those handed out and not acknowledged."""

    ready: int
    nack: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """From how many messages on a queue is loaded, and above how many it is stalled."""

    ready_loaded: int
    nack_loaded: int
    ready_stalled: int
    nack_stalled: int

    def are_loaded(self, counts: Counts) -> bool:
        """Return whether *counts* are those of a loaded queue."""
        return counts.ready >= self.ready_loaded or counts.nack >= self.nack_loaded

    def are_stalled(self, counts: Counts) -> bool:
        """Return whether *counts* are those of a queue that nobody works through any more."""
        return counts.ready > self.ready_stalled or counts.nack > self.nack_stalled


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue:
    """The queue that a node works through, by its name at the broker."""

    name: str
    limits: Limits

    @property
    def source(self) -> Source:
        """Return who it is as a witness."""
        return Source(SourceKind.QUEUE, self.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """The server that has the queues, asked through its management API.

    *vhost* is encoded for a URL, as far as its writer did. A queue is asked every
    *interval_ms*, and once more after *again_ms* where it is loaded; None: it is not.
    """

    api: Url
    user: str
    password: Secret
    vhost: str
    interval_ms: int
    timeout_ms: int
    again_ms: int | None = None


def witness(queue: Queue, counts: Counts, heard: int) -> Report:
    """Return what *counts*, asked for at *heard*, say of whoever works through *queue*."""
    seen = f"queue {queue.name}: {counts.ready} ready, {counts.nack} not acknowledged"
    status, reason = Status.HEALTHY, NONE
    if queue.limits.are_stalled(counts):
        status, reason = Status.DEAD, Reason("queue_stalled", seen)
    elif queue.limits.are_loaded(counts):
        status, reason = Status.SICK, Reason("queue_loaded", seen)
    return Report(status=status, source=queue.source, heard=heard, reason=reason, evidence=seen)


def witness_blind(queue: Queue, why: Reason, heard: int) -> Report:
    """Return what a queue says that cannot be asked: nothing, whatever it said before."""
    return Report(status=Status.BLIND, source=queue.source, heard=heard, reason=why)
