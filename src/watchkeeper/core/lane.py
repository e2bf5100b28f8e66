"""Lane: one target of a channel, and what it does next. Pure; speak carries it out."""

from collections.abc import Sequence
from dataclasses import dataclass

from watchkeeper.core.facts import Facts, Kind
from watchkeeper.core.moment import DAY_MS, HOUR_MS
from watchkeeper.core.pace import Pace

CLAIM_MS = 10_000
FRESH_MS = 5_000
SEND_MS = 8_000
KEEP_MS = DAY_MS
MOST_DOUBT = 7
_FIRST_WAIT_MS = 1_000
_LONGEST_WAIT_MS = 300_000
_REFUSED_WAIT_MS = 300_000
_REFUSED_TRIES = 3
_NO_NEWS = frozenset({Kind.REMINDER, Kind.STARTUP})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """Where a lane stands; moments are steady milliseconds.

    *told* is the number of the last notification that it told or passed, *last* and *id*
    those of the claimed message, *doubt* how often that may have been accepted already.
    *said* and *step* are its pace, *fails* its failures in a row, and *refusals* those at
    the end of them that were refusals. It is told nothing before *capped_until*, because it has
    had a day's messages.
    """

    no: int
    told: int
    last: int = 0
    id: str = ""
    attempt: int = 0
    doubt: int = 0
    due: int = 0
    said: int = 0
    step: int = 0
    fails: int = 0
    refusals: int = 0
    failing_since: int = 0
    capped_until: int = 0
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Notification:
    """A numbered fact as one lane hears it: *facts* is None where it does not.

    *alert_no* is the row of the alert that it is about.
    """

    no: int
    facts: Facts | None
    alert_no: int | None = None


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before *until*; None: before something happens."""

    until: int | None = None


@dataclass(frozen=True, slots=True)
class Pass:
    """Nothing up to notification *last* is for this lane."""

    last: int


@dataclass(frozen=True, slots=True)
class Try:
    """Send one message about everything after `told` up to notification *last*."""

    last: int


@dataclass(frozen=True, slots=True)
class Cap:
    """Tell nothing before *until*, and let the others hear of it."""

    until: int


Step = Wait | Pass | Try | Cap


def next_step(
    lane: Lane, waiting: Sequence[Notification], now: int, pace: Pace, *, paced: bool
) -> Step:
    """Return what *lane* does at *now* about the notifications *waiting* after `told`.

    *paced* says that an alert is open whose first notification the lane has told.
    """
    if not waiting:
        return Wait()
    if lane.due > now:
        return Wait(lane.due)
    repeats = is_in_doubt(lane)
    newest = lane.last if repeats else waiting[-1].no
    heard = [one.facts for one in waiting if one.facts and one.no <= newest]
    if not heard:
        return Pass(newest)
    if repeats or lane.fails or not paced or any(facts.kind in _NO_NEWS for facts in heard):
        return Try(newest)
    due = pace.news_due(lane.said, lane.step, heard[0].steady)
    return Wait(due) if due > now else Try(newest)


def limited(lane: Lane, sent: Sequence[int], now: int, pace: Pace) -> Wait | Cap | None:
    """Return what keeps *lane* from telling more at *now*, None where nothing does.

    *sent* are the steady moments of the messages that count, the oldest first.
    """
    if lane.capped_until > now:
        return Wait(lane.capped_until)
    if 0 < pace.daily_limit <= len(sent):
        return Cap(sent[0] + DAY_MS)
    return None


def counted_since(lane: Lane, now: int) -> int:
    """Return the steady moment since which messages count for the daily limit at *now*."""
    return max(now - DAY_MS, lane.capped_until)


def is_in_doubt(lane: Lane) -> bool:
    """Return whether the claimed message may have been accepted, and so must be repeated
    unchanged before anything newer is said.
    """
    return lane.last > lane.told and 1 <= lane.doubt <= MOST_DOUBT


def doubt_after_claim(lane: Lane, last: int, message_id: str) -> int:
    """Return the doubt once the message up to *last* is claimed: one more for a repeat."""
    return lane.doubt + 1 if (lane.last, lane.id) == (last, message_id) else 1


def is_news(heard: Sequence[Facts]) -> bool:
    """Return whether a message of these facts counts for the pace."""
    return any(facts.kind not in _NO_NEWS for facts in heard)


def has_startup(heard: Sequence[Facts]) -> bool:
    """Return whether a message of these facts went at once because we started."""
    return any(facts.kind is Kind.STARTUP for facts in heard)


def retry_due(fails: int, now: int, jitter: float) -> int:
    """Return when to try again after *fails* failures: 1 s doubling to 5 min, full jitter."""
    longest = min(_LONGEST_WAIT_MS, _FIRST_WAIT_MS << min(fails, 20) - 1)
    return now + max(100, int(longest * jitter))


def refused_due(now: int, *, broken: bool) -> int:
    """Return when to try again after a refusal: three tries over 10 min, then hourly."""
    return now + (HOUR_MS if broken else _REFUSED_WAIT_MS)


def is_broken(refusals: int) -> bool:
    """Return whether so many *refusals* in a row break the channel."""
    return refusals >= _REFUSED_TRIES


def too_old(waiting: Sequence[Notification], now: int) -> int:
    """Return the number of the last notification that is older than a day, 0 for none."""
    old = (one.no for one in waiting if one.facts and now - one.facts.steady > KEEP_MS)
    return max(old, default=0)
