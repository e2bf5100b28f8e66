"""Connections: how many there may be, how long each may take, which of them are old."""

import asyncio
from collections import Counter
from collections.abc import Callable
from email.utils import formatdate
from typing import Protocol

from watchkeeper.outside import descriptors
from watchkeeper.outside.clock import Clock

MOST_EVER = 20_000
AFTER_GAP_S = 1.0
_SMALLEST_RESERVE = 64


class Connection(Protocol):
    """What is asked of a connection. *deadline* is a time of the loop, in seconds."""

    deadline: float
    address: str

    def expire(self) -> None:
        """End what took too long."""

    def part(self) -> None:
        """Close now, or as soon as the answers that are due are given."""

    def abort(self) -> None:
        """Close at once."""


class Connections:
    """All open connections of this process, and the time that they share.

    *now* is the loop's time, at most a second old: exact enough for deadlines, and free.
    *tail* ends the head of an answer, *last_tail* that of the last one of a connection.
    """

    def __init__(self, gap: Callable[[], int], clock: Clock, most: int | None = None) -> None:
        self.most = most or most_connections()
        self.share = max(1, self.most // 2)
        self._open: set[Connection] = set()
        self._by_address: Counter[str] = Counter()
        self._gap = gap
        self._last_gap = gap()
        self._gap_ended = float("-inf")
        self._clock = clock
        self.tick()

    def tick(self) -> None:
        """Take the time, and end what took too long; to be called once a second."""
        self.now = asyncio.get_running_loop().time()
        self.date = formatdate(self._clock.wall() / 1000, usegmt=True).encode()
        self.tail = b"date: " + self.date + b"\r\n\r\n"
        self.last_tail = b"connection: close\r\n" + self.tail
        for connection in [late for late in self._open if late.deadline < self.now]:
            connection.expire()

    def admit(self, connection: Connection) -> bool:
        """Count *connection*, unless there is no room for it or for its address."""
        if len(self._open) >= self.most or self._by_address[connection.address] >= self.share:
            return False
        self._open.add(connection)
        self._by_address[connection.address] += 1
        return True

    def leave(self, connection: Connection) -> None:
        """Forget *connection*."""
        if connection not in self._open:
            return
        self._open.discard(connection)
        self._by_address[connection.address] -= 1
        if not self._by_address[connection.address]:
            del self._by_address[connection.address]

    def born(self) -> int:
        """Return the gap after which a connection accepted now was opened.

        What we accept in the first second after a gap had waited through it in the queue
        of the socket, and is as old as those that were open.
        """
        gap, now = self._gap(), asyncio.get_running_loop().time()
        if gap != self._last_gap:
            self._last_gap, self._gap_ended = gap, now
        return gap - 1 if now - self._gap_ended < AFTER_GAP_S else gap

    def part(self) -> None:
        """Let go of everybody, after the answers that are due."""
        for connection in list(self._open):
            connection.part()

    def abort(self) -> None:
        """Close what is still open, whatever it waits for."""
        for connection in list(self._open):
            connection.abort()


def most_connections() -> int:
    """Return how many connections our descriptors allow, with a reserve for all else."""
    allowed = descriptors.allowed()
    return max(1, min(MOST_EVER, allowed - max(_SMALLEST_RESERVE, allowed // 4)))
