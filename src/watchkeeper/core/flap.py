"""Flapping: a replica that dies and comes back again and again is said so once, then held.

Where sick is a trouble too, falling sick and getting well are changes like these.
"""

from dataclasses import dataclass, replace

from watchkeeper.core.name import ReplicaName
from watchkeeper.core.status import Status

_LOOKS_A_CHANGE = 4
_LOOKS_STABLE = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class FlapRules:
    """How many *changes* within *window_ms* are flapping (0: nothing is), and how long without
    one is stable.
    """

    changes: int = 4
    window_ms: int = 1_800_000
    stable_ms: int = 900_000

    def at_looks_every(self, interval_ms: int) -> "FlapRules":
        """Return these rules for a replica that is looked at so seldom.

        Four looks for each change and six without any are the least, else a wave of ten looks
        would be too slow to be flapping, or each half of it long enough to be stable.
        """
        return replace(
            self,
            window_ms=max(self.window_ms, self.changes * _LOOKS_A_CHANGE * interval_ms),
            stable_ms=max(self.stable_ms, _LOOKS_STABLE * interval_ms),
        )


@dataclass(frozen=True, slots=True)
class Flap:
    """The newest changes of a replica, and since when it flaps, 0 if it does not; steady."""

    moments: tuple[int, ...] = ()
    since: int = 0


STILL = Flap()


@dataclass(frozen=True, slots=True, kw_only=True)
class Flapped:
    """A replica of which is said that it flaps, or that it is stable again.

    *status* is the one that was said before it flapped, or that it is stable with. *changes*
    and *span_ms* say how often it changed when it began to flap, and within how long. From the
    status *trouble_from* on it is in trouble.
    """

    replica: ReplicaName
    status: Status
    changes: int = 0
    span_ms: int = 0
    trouble_from: Status = Status.DEAD

    @property
    def is_in_trouble(self) -> bool:
        """Return whether its status is one that somebody must hear of."""
        return self.status >= self.trouble_from


def changed(flap: Flap, now: int, rules: FlapRules) -> Flap:
    """Return *flap* after one more change, at *now*."""
    if not rules.changes:
        return STILL
    moments = (*flap.moments, now)[-rules.changes :]
    is_full = len(moments) == rules.changes and now - moments[0] <= rules.window_ms
    return Flap(moments, flap.since or (now if is_full else 0))


def is_over(flap: Flap, hears_since: int, now: int, rules: FlapRules) -> bool:
    """Return whether a flapping replica is stable at *now*: as long as it takes, somebody
    watched it and saw no change. Nobody did before *hears_since*.
    """
    if not rules.changes:
        return True
    last = max(flap.moments, default=flap.since)
    return now - max(last, hears_since) >= rules.stable_ms


def calmed(flap: Flap) -> Flap:
    """Return *flap* once it is over; should it begin anew soon, that is flapping at once."""
    return replace(flap, since=0)
