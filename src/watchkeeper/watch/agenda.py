"""Agenda: who is due when. Who is due within the same tick is due together."""

import heapq
from collections.abc import Iterable, Iterator

from watchkeeper.watch.crowd import Turn

TICK_MS = 25
"""The length of a tick: to wake up, and to order a heap, for each of thousands is dear."""


class Agenda:
    """The turns to come, as a heap of ticks with those who are due in each."""

    def __init__(self, turns: Iterable[Turn] = ()) -> None:
        self._ticks: list[int] = []
        self._turns: dict[int, list[Turn]] = {}
        for turn in turns:
            self.add(turn)

    def add(self, turn: Turn) -> None:
        """Remember *turn* for the end of the tick that it is due in."""
        tick = -(-turn.due // TICK_MS) * TICK_MS
        turns = self._turns.get(tick)
        if turns is None:
            self._turns[tick] = [turn]
            heapq.heappush(self._ticks, tick)
        else:
            turns.append(turn)

    def next_due(self) -> int | None:
        """Return when somebody is due next, None where nobody ever is."""
        return self._ticks[0] if self._ticks else None

    def come(self, now: int) -> Iterator[Turn]:
        """Yield, and forget, each turn that has come by *now*, the oldest tick first."""
        while self._ticks and self._ticks[0] <= now:
            yield from self._turns.pop(heapq.heappop(self._ticks))
