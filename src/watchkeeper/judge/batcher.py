"""Batcher: reports that wait for a commit, which costs the same for one as for hundreds."""

import asyncio
from collections import Counter, deque
from collections.abc import Sequence

from watchkeeper.judge.arrivals import Voice
from watchkeeper.judge.passage import Passage

MOST_TURNS = 8
"""For how many turns of the loop a batch waits while each of them brings more reports."""

FEW = 8
"""So few are never too much for a store at once."""


class Batcher:
    """Reports that wait for a commit; a batch holds one of each voice, in order."""

    def __init__(self, most: int) -> None:
        self._most = self._size = most
        self._waiting: deque[Passage] = deque()
        self._filled = asyncio.Event()

    def put(self, passage: Passage) -> None:
        """Let *passage* wait."""
        if not self._waiting:
            self._filled.set()
        self._waiting.append(passage)

    async def batch(self) -> list[Passage]:
        """Return the next of those that wait, once there are some."""
        await self._filled.wait()
        await self._gather()
        taken: dict[Voice, Passage] = {}
        later: list[Passage] = []
        while self._waiting and len(taken) < self._size:
            passage = self._waiting.popleft()
            if taken.setdefault(passage.voice, passage) is not passage:
                later.append(passage)
        self._waiting.extendleft(reversed(later))
        if not self._waiting:
            self._filled.clear()
        return list(taken.values())

    def kept(self, batch: Sequence[Passage]) -> None:
        """Take a few more than before, up to the most: the store has kept a whole *batch*.

        Were it twice as many, every other batch would be too much for a store that is slow.
        """
        if len(batch) >= self._size:
            self._size = min(self._size + FEW, self._most)

    def refused(self, batch: Sequence[Passage]) -> None:
        """Take half of *batch* next time: what is too much at once is not tried for ever.

        A store that refuses even a few has another reason, and then all who wait shall soon
        hear of it.
        """
        self._size = max(len(batch) // 2, FEW) if len(batch) > FEW else self._most

    async def _gather(self) -> None:
        """Wait while each turn of the loop brings more: a commit costs the same for all of them."""
        before = 0
        for _ in range(MOST_TURNS):
            if not before < len(self._waiting) < self._size:
                return
            before = len(self._waiting)
            await asyncio.sleep(0)


class GateBatcher(Batcher):
    """The same, knowing whose reports wait or are being decided: the next must follow them."""

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self._held: Counter[Voice] = Counter()

    def put(self, passage: Passage) -> None:
        """Let *passage* wait, and hold its voice until it is `done`."""
        super().put(passage)
        self._held[passage.voice] += 1

    def holds(self, voice: Voice) -> bool:
        """Return whether a report of *voice* is not done."""
        return voice in self._held

    def done(self, batch: Sequence[Passage]) -> None:
        """Let go of the voices of *batch*."""
        for passage in batch:
            self._held[passage.voice] -= 1
            if not self._held[passage.voice]:
                del self._held[passage.voice]
