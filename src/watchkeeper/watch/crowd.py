"""Crowd: the looks of one kind, those that wait for a place in their room and those in it."""

from collections import deque
from collections.abc import Iterable
from typing import NamedTuple

from watchkeeper.core.name import ReplicaName
from watchkeeper.core.room import Room

NEVER = 1 << 62


class Turn(NamedTuple):
    """A look at *name* that is *due* since that moment."""

    name: ReplicaName
    due: int


class Crowd:
    """Who waits and who is under way, in a *room* that may change its size.

    A replica is here once at most: one that comes again before its look has ended has missed
    that turn. Long looks wait for themselves.
    """

    def __init__(self, room: Room) -> None:
        self.room = room
        self._waiting: deque[Turn] = deque()
        self._waiting_long: deque[Turn] = deque()
        self._here: set[ReplicaName] = set()
        self._prompt: dict[ReplicaName, int] = {}  # when they began: the oldest is the first
        self._long: dict[ReplicaName, int] = {}
        self._making_way: dict[ReplicaName, int] = {}
        self._hanging: set[ReplicaName] = set()

    def adopt(self, room: Room, names: Iterable[ReplicaName]) -> None:
        """Be in *room* from now on, and remember nobody but those of *names*."""
        self.room = room
        self._hanging.intersection_update(names)

    def come(self, turn: Turn) -> None:
        """Let the look of *turn* wait for its place."""
        if turn.name not in self._here:
            self._here.add(turn.name)
            waiting = self._waiting_long if turn.name in self._hanging else self._waiting
            waiting.append(turn)

    def next(self, now: int) -> Turn | None:
        """Return a look that begins *now*, None while nobody waits or there is no place."""
        if self._waiting and self._admits(is_long=False):
            turn = self._waiting.popleft()
            self._prompt[turn.name] = now
            return turn
        if self._waiting_long and self._admits(is_long=True):
            turn = self._waiting_long.popleft()
            self._long[turn.name] = now
            return turn
        return None

    def grow(self, now: int) -> list[ReplicaName]:
        """Take those for long that are so by *now*; return whose looks must be given up."""
        given_up = []
        while self._prompt and self.next_long() <= now:
            name = next(iter(self._prompt))
            began = self._prompt.pop(name)
            makes_way = self.room.gives_up(len(self._long))
            (self._making_way if makes_way else self._long)[name] = began
            if makes_way:
                given_up.append(name)
        return given_up

    def next_long(self) -> int:
        """Return when the next look will have grown long, unless it ends before."""
        oldest = next(iter(self._prompt.values()), NEVER)
        return oldest + self.room.long_ms

    def leave(self, turn: Turn, now: int) -> None:
        """Free the place of *turn*, whose look ended *now*.

        One that made way waits again, among the long ones.
        """
        name = turn.name
        self._here.discard(name)
        among = self._among(name)
        if now - among.pop(name) >= self.room.long_ms:
            self._hanging.add(name)
        else:
            self._hanging.discard(name)
        if among is self._making_way:
            self.come(turn)

    def _among(self, name: ReplicaName) -> dict[ReplicaName, int]:
        """Return those under way that *name* is one of."""
        if name in self._prompt:
            return self._prompt
        return self._long if name in self._long else self._making_way

    def _admits(self, *, is_long: bool) -> bool:
        prompt = len(self._prompt) + len(self._making_way)
        return self.room.admits(prompt, len(self._long), is_long=is_long)
