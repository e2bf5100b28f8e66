"""Delay: what keeps a lane from telling what waits in it, and until when."""

from dataclasses import dataclass
from enum import StrEnum

from watchkeeper.core.hearing import Hearing, hearing_of
from watchkeeper.core.lane import Lane, Step, Wait
from watchkeeper.core.pace import AT_ONCE, Pace, pace_of
from watchkeeper.core.plan import Plan
from watchkeeper.speak.thought import Tenure, think
from watchkeeper.store import channel as channel_rows
from watchkeeper.store import lane as lane_rows
from watchkeeper.store.cursor import Cursor


class Why(StrEnum):
    """What a lane waits for, in words that follow a moment."""

    QUIET = "as the receiver asked"
    LIMIT = "as its daily limit says"
    RETRY = "after a failure"
    SENDING = "if the try under way does not end before"
    PACE = "as the pace says"
    SOME_PACE = "as soon as the pace allows"
    NOTHING = "as soon as a server comes to it"


@dataclass(frozen=True, slots=True)
class Delay:
    """Why a lane waits, and *until* which steady moment; 0: it need not wait."""

    why: Why
    until: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneNow:
    """A living lane as its speaker finds it: what it does next about what waits in it.

    *quiet_until* is what the receiver asked for, *pace* None where no config says it.
    """

    channel: str
    target: str
    lane: Lane
    step: Step
    quiet_until: int
    pace: Pace | None
    hearing: Hearing

    def delay(self, now: int) -> Delay:
        """Return what keeps the lane waiting at the steady moment *now*."""
        if self.quiet_until > max(now, self.lane.due):
            return Delay(Why.QUIET, self.quiet_until)
        if self.lane.due > now:
            return Delay(Why.RETRY if self.lane.fails else Why.SENDING, self.lane.due)
        if self.lane.capped_until > now:
            return Delay(Why.LIMIT, self.lane.capped_until)
        if self.pace is None:
            return Delay(Why.SOME_PACE)
        if isinstance(self.step, Wait) and self.step.until:
            return Delay(Why.PACE, self.step.until)
        return Delay(Why.NOTHING)

    def news_due(self) -> int:
        """Return the steady moment from which news may be told while an alert is open."""
        return (self.pace or AT_ONCE).news_due(self.lane.said, self.lane.step)


def read(cursor: Cursor, page_no: int, plan: Plan | None, now: int) -> dict[int, LaneNow]:
    """Return each living lane by its number, as its speaker would find it at *now*.

    Without a *plan* it is not known what a channel hears, and each is taken to hear all.
    """
    hearings = {one.key: hearing_of(plan, one) for one in plan.channels} if plan else {}
    found: dict[int, LaneNow] = {}
    for channel in channel_rows.of_page(cursor, page_no):
        for target, lane in lane_rows.lanes(cursor, channel.no):
            tenure = Tenure(page_no, channel.no, lane.no, channel.key, channel.fence)
            hearing = hearings.get(channel.key, Hearing(channel=channel.key))
            pace = _pace(plan, channel.key) if plan else None
            thought = think(cursor, tenure, hearing, pace or AT_ONCE, now)
            if thought:
                found[lane.no] = LaneNow(
                    channel=channel.key,
                    target=target,
                    lane=lane,
                    step=thought.step,
                    quiet_until=channel.quiet_until,
                    pace=pace,
                    hearing=hearing,
                )
    return found


def _pace(plan: Plan, channel: str) -> Pace:
    limits = (one.daily_limit for one in plan.channels if one.key == channel)
    return pace_of(plan.policy.pace_ms, next(limits, None))
