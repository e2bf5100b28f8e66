"""Arrivals: when each voice was last heard, so that none is heard twice in one moment."""

from watchkeeper.core.name import ReplicaName
from watchkeeper.core.report import Source
from watchkeeper.outside.clock import Clock

Voice = tuple[ReplicaName, Source]
PAST_MS = 60_000
"""How long a report may be on its way to the door: before that, a moment stands in no way."""

_FEW = 10_000


class Arrivals:
    """The moment of the last report of each voice, as long as the next one may have the same."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last: dict[Voice, int] = {}
        self._most = _FEW

    def __len__(self) -> int:
        """Return how many voices are remembered."""
        return len(self._last)

    def moment(self, voice: Voice, heard: int) -> int:
        """Return when the report that came at *heard* counts as heard: after the last one.

        Else the second of a millisecond would look like a repeat of the first.
        """
        last = self._last.get(voice)
        if last is not None and heard <= last:
            heard = last + 1
        self._last[voice] = heard
        if len(self._last) > self._most:
            self._forget_past()
        return heard

    def forget(self, voice: Voice, heard: int) -> None:
        """Forget that *voice* was heard at *heard*, which was not taken; what came since stays."""
        if self._last.get(voice) == heard:
            del self._last[voice]

    def _forget_past(self) -> None:
        past = self._clock.steady() - PAST_MS
        self._last = {voice: heard for voice, heard in self._last.items() if heard > past}
        self._most = max(_FEW, 2 * len(self._last))
