"""Thought: what a lane finds in the store, and what it does about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from watchkeeper.core.compose import Sender, compose
from watchkeeper.core.facts import Facts, Kind
from watchkeeper.core.hearing import Hearing, hear, hears
from watchkeeper.core.lane import (
    Cap,
    Lane,
    Notification,
    Step,
    Try,
    Wait,
    counted_since,
    is_in_doubt,
    limited,
    next_step,
)
from watchkeeper.core.message import Message
from watchkeeper.core.pace import Pace
from watchkeeper.store import alert, gate, member, notification
from watchkeeper.store import channel as channel_rows
from watchkeeper.store import lane as lane_rows
from watchkeeper.store.cursor import Cursor


@dataclass(frozen=True, slots=True)
class Tenure:
    """A lane of a page's channel, and the fence under which its channel was taken."""

    page_no: int
    channel_no: int
    lane_no: int
    channel: str
    fence: int


@dataclass(frozen=True, slots=True)
class Thought:
    """A lane as it stands, what waits in it, and the next step.

    For a try, *heard* are the facts that it tells and *letters* what was given up before;
    *message* is what it sends, where it was `worded`.
    """

    lane: Lane
    waiting: Sequence[Notification]
    step: Step
    heard: Sequence[Facts] = ()
    letters: Sequence[Facts] = ()
    message: Message | None = None

    def worded(self, sender: Sender) -> "Thought":
        """Return the same with the message that its try sends, if it is one."""
        if not isinstance(self.step, Try):
            return self
        return replace(self, message=compose(sender, self.heard, self.letters))


def think(cursor: Cursor, tenure: Tenure, hearing: Hearing, pace: Pace, now: int) -> Thought | None:
    """Return what the lane at *tenure* does at *now*, or None where it is gone or another's."""
    lane = lane_rows.lane(cursor, tenure.lane_no)
    fence, quiet_until = channel_rows.fence_and_quiet(cursor, tenure.channel_no)
    if lane is None or fence != tenure.fence:
        return None
    waiting = _waiting(cursor, tenure, hearing, lane)
    paced = bool(waiting) and is_open(cursor, tenure.page_no, lane.told, hearing)
    step = next_step(lane, waiting, now, pace, paced=paced)
    if not isinstance(step, Try):
        return Thought(lane, waiting, step)
    quiet_until = max(quiet_until, gate.gathers_until(cursor, tenure.page_no))
    if quiet_until > now:
        return Thought(lane, waiting, Wait(quiet_until))
    if limit := _limit(cursor, lane, now, pace):
        return Thought(lane, waiting, limit)
    heard = _heard(cursor, tenure, hearing, waiting, step.last)
    alerts = {facts.alert for facts in heard if facts.alert}
    letters = notification.lost(cursor, lane.no, alerts)
    given_up = [facts for one in letters if (facts := hears(hearing, one))]
    return Thought(lane, waiting, step, heard, given_up)


def is_open(cursor: Cursor, page_no: int, told: int, hearing: Hearing) -> bool:
    """Return whether trouble that a lane has told, up to notification *told*, is still open."""
    if not hearing.deaf_to:
        return alert.told_and_open(cursor, page_no, told)
    return any(node not in hearing.deaf_to for node in member.told_nodes(cursor, page_no, told))


def _limit(cursor: Cursor, lane: Lane, now: int, pace: Pace) -> Wait | Cap | None:
    if not pace.daily_limit:
        return None
    sent = lane_rows.sent_since(cursor, lane.no, counted_since(lane, now))
    return limited(lane, sent, now, pace)


def _waiting(cursor: Cursor, tenure: Tenure, hearing: Hearing, lane: Lane) -> list[Notification]:
    """Return what the lane hears of what it has not told; while in doubt nothing newer."""
    rows = notification.after(cursor, tenure.page_no, lane.told, lane.no)
    if is_in_doubt(lane):
        rows = [row for row in rows if row.no <= lane.last]
    if hearing.deaf_to or hearing.reminders_only:
        rows = _with_dead(cursor, rows)
    return hear(hearing, rows)


def _with_dead(cursor: Cursor, rows: Sequence[Notification]) -> list[Notification]:
    """Return *rows*, each reminder and the newest of each alert with all who were dead."""
    newest = {row.facts.alert: row.no for row in rows if row.facts}
    wanted = {row.no for row in rows if row.facts and row.facts.kind is Kind.REMINDER}
    wanted |= set(newest.values())
    return [
        replace(row, facts=notification.complete(cursor, row)) if row.no in wanted else row
        for row in rows
    ]


def _heard(
    cursor: Cursor, tenure: Tenure, hearing: Hearing, waiting: Sequence[Notification], last: int
) -> list[Facts]:
    """Return the facts up to *last*, the newest of each alert with all who are dead in it."""
    told = [one for one in waiting if one.facts and one.no <= last]
    newest = {one.facts.alert: one.no for one in told if one.facts}
    complete = (
        notification.complete(cursor, one) if newest[one.facts.alert] == one.no else one.facts
        for one in told
        if one.facts
    )
    heard = [mine for facts in complete if facts and (mine := hears(hearing, facts))]
    if hearing.deaf_to:
        troubled = member.troubled_nodes(cursor, tenure.page_no, heard[-1].steady)
        heard[-1] = replace(heard[-1], status=hearing.status(troubled))
    return heard
