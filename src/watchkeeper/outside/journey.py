"""Journey: one way out under one total deadline, and how long each phase of it took."""

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

    __slots__ = ("_began", "_detail", "_ended", "_notes", "_phases", "phase", "timeout_ms")

    def __init__(self, timeout_ms: int) -> None:
        self.timeout_ms = timeout_ms
        self.phase: Phase | None = None
        self._began = self._ended = clock.nanos()
        self._phases: list[tuple[Phase, int]] = []
        self._notes: list[tuple[int, object]] = []
        self._detail = ""

    def left_s(self) -> float:
        """Return the seconds until the deadline, 0 when it has passed."""
        gone_s = (clock.nanos() - self._began) / 1_000_000_000
        return max(0.0, self.timeout_ms / 1000 - gone_s)

    def enter(self, phase: Phase) -> None:
        """End the present phase and begin *phase*."""
        self.phase = phase
        self._phases.append((phase, clock.nanos()))

    def note(self, found: object) -> None:
        """Remember what was *found* in the present phase: its `str()` tells it."""
        self._notes.append((len(self._phases), found))

    def correct(self, found: object) -> None:
        """Remember what was *found* instead of what was noted last."""
        self._notes[-1] = (len(self._phases), found)

    def end(self, detail: str = "") -> int:
        """Return the microseconds that all of it took; *detail* says why it went wrong."""
        self.phase = None
        self._ended = clock.nanos()
        self._detail = detail
        return (self._ended - self._began) // 1000

    def __str__(self) -> str:
        lines = [self._detail] if self._detail else []
        ends = [*(since for _, since in self._phases[1:]), self._ended]
        for number, ((phase, since), end) in enumerate(zip(self._phases, ends, strict=False), 1):
            notes = "; ".join(str(found) for of, found in self._notes if of == number)
            lines.append(_line(phase, end - since, notes))
        lines.append(_line("in all", self._ended - self._began))
        return "\n".join(lines)[:MOST_EVIDENCE]


def _line(what: str, ns: int, notes: str = "") -> str:
    return f"{what}: {ns / 1_000_000:.1f} ms" + (f" ({notes})" if notes else "")
