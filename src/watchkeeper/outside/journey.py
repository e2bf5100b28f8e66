"""Journey: one way out under one total deadline, and how long each phase of it took."""

import asyncio
from enum import StrEnum

from watchkeeper.outside import clock

MOST_EVIDENCE = 8_000
"""Characters of evidence that a journey tells at most."""


class Phase(StrEnum):
    """What is being done, in the words of the evidence."""

    RESOLVE = "resolving the name"
    CONNECT = "connecting"
    SECURE = "securing the connection"
    WAIT = "waiting for the answer"
    READ = "reading the answer"
    RUN = "running the script"


class Journey:
    """The phases of one visit, in order, each with its time and what was found.

    It begins when it is made, and should end *timeout_ms* later. `str()` tells its story: most
    journeys are never asked for it.
    """

    __slots__ = ("_began", "_course", "_deadline", "_detail", "_ended", "phase", "timeout_ms")

    def __init__(self, timeout_ms: int) -> None:
        self.timeout_ms = timeout_ms
        self.phase: Phase | None = None
        self._deadline = asyncio.get_running_loop().time() + timeout_ms / 1000
        self._began = self._ended = clock.micros()
        self._course: list[tuple[Phase | None, int] | str] = []
        self._detail = ""

    def left_s(self) -> float:
        """Return the seconds until the deadline, 0 when it has passed."""
        return max(0.0, self._deadline - asyncio.get_running_loop().time())

    def enter(self, phase: Phase) -> None:
        """End the present phase and begin *phase*."""
        self.phase = phase
        self._course.append((phase, clock.micros()))

    def note(self, words: str) -> None:
        """Remember what was found in the present phase."""
        self._course.append(words)

    def end(self, detail: str = "") -> int:
        """Return the microseconds that all of it took; *detail* says why it went wrong."""
        self.phase = None
        self._ended = clock.micros()
        self._detail = detail
        return self._ended - self._began

    def __str__(self) -> str:
        lines = [self._detail] if self._detail else []
        phase, since, notes = None, self._began, []
        for step in (*self._course, (None, self._ended)):
            if isinstance(step, str):
                notes.append(step)
                continue
            if phase:
                lines.append(_line(phase, step[1] - since, "; ".join(notes)))
                notes = []
            phase, since = step
        lines.append(_line("in all", self._ended - self._began))
        return "\n".join(lines)[:MOST_EVIDENCE]


def _line(what: str, us: int, notes: str = "") -> str:
    return f"{what}: {us / 1000:.1f} ms" + (f" ({notes})" if notes else "")
