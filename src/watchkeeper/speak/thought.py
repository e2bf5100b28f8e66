"""Thought: what a lane finds in the store, and what it does about it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from watchkeeper.core.compose import Sender, compose, hears
from watchkeeper.core.facts import Facts
from watchkeeper.core.lane import Lane, Notification, Step, Try, Wait, next_step
from watchkeeper.core.message import Message
from watchkeeper.store import alert, notification
from watchkeeper.store import lane as lane_rows
from watchkeeper.store.cursor import Cursor


@dataclass(frozen=True, slots=True)
class Place:
    """A lane of a page's channel, and the fence under which its channel was taken."""

    page_no: int
    channel_no: int
    lane_no: int
    channel: str
    fence: int


@dataclass(frozen=True, slots=True)
class Thought:
    """A lane as it stands, what waits in it, and the next step.

    For a try, *heard* are the facts that it tells and *letters* what was given up before.
    """

    lane: Lane
    waiting: Sequence[Notification]
    step: Step
    heard: Sequence[Facts] = ()
    letters: Sequence[Facts] = ()

    def message(self, sender: Sender) -> Message:
        """Return the message that the try sends."""
        return compose(sender, self.heard, self.letters)


def think(cursor: Cursor, place: Place, pace_ms: Sequence[int], now: int) -> Thought | None:
    """Return what the lane at *place* does at *now*, or None where it is gone or another's."""
    lane = lane_rows.lane(cursor, place.lane_no)
    fence, quiet_until = lane_rows.fence_and_quiet(cursor, place.channel_no)
    if lane is None or fence != place.fence:
        return None
    rows = notification.after(cursor, place.page_no, lane.told, lane.no)
    waiting = [replace(row, facts=hears(place.channel, row.facts)) for row in rows if row.facts]
    paced = bool(waiting) and alert.told_and_open(cursor, place.page_no, lane.told)
    step = next_step(lane, waiting, now, pace_ms, paced=paced)
    if not isinstance(step, Try):
        return Thought(lane, waiting, step)
    if quiet_until > now:
        return Thought(lane, waiting, Wait(quiet_until))
    heard = _heard(cursor, waiting, step.last)
    alerts = {facts.alert for facts in heard if facts.alert}
    return Thought(lane, waiting, step, heard, notification.lost(cursor, lane.no, alerts))


def _heard(cursor: Cursor, waiting: Sequence[Notification], last: int) -> list[Facts]:
    """Return the facts up to *last*, the newest of each alert with all who are dead in it."""
    told = [one for one in waiting if one.facts and one.no <= last]
    newest = {one.facts.alert: one.no for one in told if one.facts}
    complete = (
        notification.complete(cursor, one) if newest[one.facts.alert] == one.no else one.facts
        for one in told
        if one.facts
    )
    return [facts for facts in complete if facts]
