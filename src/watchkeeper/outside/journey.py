"""Journey: one way out under one total deadline, and how long each phase of it took."""

import asyncio
from enum import StrEnum

from watchkeeper.outside import clock


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

    It begins when it is made, and should end *timeout_ms* later.
    """

    __slots__ = ("_began", "_began_phase", "_deadline", "_lines", "_notes", "phase", "timeout_ms")

    def __init__(self, timeout_ms: int) -> None:
        self.timeout_ms = timeout_ms
        self.phase: Phase | None = None
        self._deadline = asyncio.get_running_loop().time() + timeout_ms / 1000
        self._began = self._began_phase = clock.micros()
        self._lines: list[tuple[Phase, int, list[str]]] = []
        self._notes: list[str] = []

    def left_s(self) -> float:
        """Return the seconds until the deadline, 0 when it has passed."""
        return max(0.0, self._deadline - asyncio.get_running_loop().time())

    def enter(self, phase: Phase) -> None:
        """End the present phase and begin *phase*."""
        now = clock.micros()
        self._end_phase(now)
        self.phase = phase
        self._began_phase = now

    def note(self, words: str) -> None:
        """Remember what was found in the present phase."""
        self._notes.append(words)

    def total_us(self) -> int:
        """Return the microseconds since the journey began."""
        return clock.micros() - self._began

    def story(self) -> str:
        """Return a line for each phase, and one for the whole, ending the present phase."""
        self._end_phase(clock.micros())
        self.phase = None
        lines = [_line(phase, us, "; ".join(notes)) for phase, us, notes in self._lines]
        return "\n".join([*lines, _line("in all", self.total_us())])

    def _end_phase(self, now: int) -> None:
        if self.phase is not None:
            self._lines.append((self.phase, now - self._began_phase, self._notes))
            self._notes = []


def _line(what: str, us: int, notes: str = "") -> str:
    return f"{what}: {us / 1000:.1f} ms" + (f" ({notes})" if notes else "")
