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
    """A lane as it stands, what waits in it, and the next step."""

    lane: Lane
    waiting: Sequence[Notification]
    letters: Sequence[Facts]
    step: Step

    def heard(self, last: int) -> list[Facts]:
        """Return the facts up to notification *last* that this lane is to tell."""
        return [one.facts for one in self.waiting if one.facts and one.no <= last]

    def message(self, sender: Sender, last: int) -> Message:
        """Return the message about everything up to notification *last*."""
        heard = self.heard(last)
        alerts = {facts.alert for facts in heard}
        letters = [facts for facts in self.letters if facts.alert in alerts]
        return compose(sender, heard, letters)


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
    if quiet_until > now and isinstance(step, Try):
        step = Wait(quiet_until)
    alerts = [row.facts.alert for row in waiting if row.facts and row.facts.alert]
    return Thought(lane, waiting, notification.lost(cursor, lane.no, alerts), step)
