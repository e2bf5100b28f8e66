"""Agenda: who is due when. Who is due within the same moment is due together."""

import heapq
from collections.abc import Iterable, Iterator

from watchkeeper.watch.crowd import Turn

MOMENT_MS = 25
"""The length of a moment: to wake up, and to order a heap, for each of thousands is dear."""


class Agenda:
    """The turns to come, as a heap of moments with those who are due in each."""

    def __init__(self, turns: Iterable[Turn] = ()) -> None:
        self._moments: list[int] = []
        self._turns: dict[int, list[Turn]] = {}
        for turn in turns:
            self.add(turn)

    def add(self, turn: Turn) -> None:
        """Remember *turn* for the end of the moment that it is due in."""
        moment = -(-turn.due // MOMENT_MS) * MOMENT_MS
        turns = self._turns.get(moment)
        if turns is None:
            self._turns[moment] = [turn]
            heapq.heappush(self._moments, moment)
        else:
            turns.append(turn)

    def next_due(self) -> int | None:
        """Return when somebody is due next, None where nobody ever is."""
        return self._moments[0] if self._moments else None

    def come(self, now: int) -> Iterator[Turn]:
        """Yield, and forget, each turn that has come by *now*, the oldest moment first."""
        while self._moments and self._moments[0] <= now:
            yield from self._turns.pop(heapq.heappop(self._moments))
