"""The pace: how news waits while an outage that the lane has told is still open."""

from collections.abc import Sequence
from dataclasses import dataclass

QUIET_MS = 600_000


@dataclass(frozen=True, slots=True)
class Pace:
    """How often one target is told: *waits_ms* between news, while an outage that it was told
    of is still open, and at most *daily_limit* messages a day (0: as many as there are).

    Where it *gathers*, news waits from the moment at which it happened, so that the return of
    many is one message, as their death is.
    """

    waits_ms: tuple[int, ...] = ()
    gathers: bool = False
    daily_limit: int = 0

    def news_due(self, said: int, step: int, happened: int = 0) -> int:
        """Return the steady moment from which news may be told that *happened* then.

        *said* and *step* are those of the lane.
        """
        since = max(said, happened) if said and self.gathers else said
        return news_due(since, step, self.waits_ms)


AT_ONCE = Pace()


def pace_of(waits_ms: tuple[int, ...], daily_limit: int | None) -> Pace:
    """Return the pace of a target, where the policy says *waits_ms*.

    With a *daily_limit* messages are paid for: all wait as long as any does.
    """
    if daily_limit is None:
        return Pace(waits_ms)
    return Pace(waits_ms[-1:], gathers=True, daily_limit=daily_limit)


def news_due(said: int, step: int, pace_ms: Sequence[int]) -> int:
    """Return the steady moment from which news may be told while a told alert is open.

    *said* is the moment of the lane's last news (0: none yet), *step* how many there were.
    """
    if not said or not pace_ms:
        return 0
    return said + pace_ms[min(max(step, 1), len(pace_ms)) - 1]


def step_after_news(
    said: int, step: int, now: int, *, is_open: bool, with_startup: bool = False
) -> int:
    """Return the step after news was accepted at *now*.

    It is 0 when nothing that was told *is_open*; after ten quiet minutes it begins anew. News
    that went *with_startup* did not wait for its turn, and so lets the next wait no longer.
    """
    if not is_open:
        return 0
    if now - said > QUIET_MS:
        return 1
    return max(step, 1) if with_startup else step + 1
