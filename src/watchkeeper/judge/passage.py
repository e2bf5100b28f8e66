"""Passage: a report on its way through the door, and what becomes of it."""

import asyncio
import logging
from collections.abc import Callable, Generator

from watchkeeper.core.name import ReplicaName
from watchkeeper.core.report import Report
from watchkeeper.judge.arrivals import Voice
from watchkeeper.judge.outcome import Outcome
from watchkeeper.store.sighting import Repeat

log = logging.getLogger(__name__)


class Passage:
    """A *report* of *voice*, and its outcome once that is on disk.

    It is awaited, or calls back, as a future does; but it calls at once, where a future would
    have the loop call in its next turn. *repeat* is the row that the report will be, where it
    says nothing new by the view of that *generation* of the store.
    """

    __slots__ = ("_error", "_heeds", "_outcome", "generation", "repeat", "report", "voice")

    def __init__(self, voice: Voice, report: Report) -> None:
        self.voice = voice
        self.report = report
        self.repeat: Repeat | None = None
        self.generation = 0
        self._outcome: Outcome | None = None
        self._error: Exception | None = None
        self._heeds: Callable[[Passage], object] | None = None

    @property
    def name(self) -> ReplicaName:
        """Return what the report is about."""
        return self.voice[0]

    def done(self) -> bool:
        """Return whether it is known what became of the report."""
        return self._outcome is not None or self._error is not None

    def result(self) -> Outcome:
        """Return what became of the report; raise why it could not be taken."""
        if self._error:
            raise self._error
        if self._outcome is None:
            raise asyncio.InvalidStateError
        return self._outcome

    def add_done_callback(self, heeds: "Callable[[Passage], object]") -> None:
        """Have *heeds*, the only one who waits, called when it is done."""
        if self.done():
            asyncio.get_running_loop().call_soon(heeds, self)
        else:
            self._heeds = heeds

    def settle(self, outcome: Outcome) -> None:
        """Say what became of the report, unless that was said."""
        if not self.done():
            self._outcome = outcome
            self._tell()

    def fail(self, error: Exception) -> None:
        """Say why the report could not be taken, unless its outcome was said."""
        if not self.done():
            self._error = error
            self._tell()

    def _tell(self) -> None:
        heeds, self._heeds = self._heeds, None
        if heeds is None:
            return
        try:
            heeds(self)
        except Exception:
            # The door tells all of a batch, one after another.
            log.exception("whoever brought a report could not be told of its outcome")

    def __await__(self) -> Generator[object, None, Outcome]:
        """Return what became of the report, once that is known."""
        if not self.done():
            known = asyncio.Event()
            self._heeds = lambda _: known.set()
            yield from known.wait().__await__()
        return self.result()
