"""The pace: how news waits while an outage that the lane has told is still open."""

from collections.abc import Sequence

QUIET_MS = 600_000


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
