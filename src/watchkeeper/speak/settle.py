"""Settling: what is written after a try, in one transaction each."""

from dataclasses import dataclass

from watchkeeper.core.facts import Kind, of_page
from watchkeeper.core.hearing import Hearing
from watchkeeper.core.lane import Lane
from watchkeeper.core.moment import Moment
from watchkeeper.core.pace import step_after_news
from watchkeeper.speak.thought import Tenure, is_open
from watchkeeper.store import channel as channel_rows
from watchkeeper.store import gate, notification, trouble
from watchkeeper.store import lane as lane_rows
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.lane import Setback


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """One try: the lane as it was claimed, whether its message was news, and how it went.

    *with_startup* says that the news went at once, along with the word that we started.
    """

    tenure: Tenure
    lane: Lane
    hearing: Hearing
    worker: str
    now: Moment
    took_ms: int
    outcome: str
    is_news: bool = True
    with_startup: bool = False


def accepted(cursor: Cursor, tried: Tried) -> None:
    """Write that the message arrived, whoever holds the lane by now."""
    now_lane = lane_rows.lane(cursor, tried.lane.no)
    if not _log_attempt(cursor, tried) or now_lane is None:
        return
    said, step = now_lane.said, now_lane.step
    if tried.is_news:
        goes_on = is_open(cursor, tried.tenure.page_no, tried.lane.last, tried.hearing)
        now = tried.now.steady
        step = step_after_news(said, step, now, is_open=goes_on, with_startup=tried.with_startup)
        said = now
    if lane_rows.accepted(cursor, tried.lane, said, step):
        span = (now_lane.told + 1, tried.lane.last)
        lane_rows.log_delivery(cursor, tried.lane, span, tried.now, "sent")


def failed(cursor: Cursor, tried: Tried, setback: Setback) -> None:
    """Write that the try failed."""
    if not _log_attempt(cursor, tried):
        return
    lane_rows.failed(cursor, tried.lane, setback, tried.now.steady)
    if setback.quiet_until:
        channel_rows.quiet(cursor, tried.tenure.channel_no, setback.quiet_until)


def broke(cursor: Cursor, tried: Tried) -> None:
    """Write, behind the gate, that the channel is broken, for all others to say."""
    page = gate.enter(cursor, tried.tenure.page_no, tried.now.steady)
    if lane_rows.break_lane(cursor, tried.lane.no, tried.now.at):
        _say(cursor, tried.tenure, page, tried.now, Kind.BROKEN)


def gave_up(cursor: Cursor, tried: Tried, last: int) -> None:
    """Write, behind the gate, that everything up to notification *last* is a dead letter."""
    page = gate.enter(cursor, tried.tenure.page_no, tried.now.steady)
    lane = lane_rows.lane(cursor, tried.lane.no)
    if lane is None or lane.told >= last or not lane_rows.move(cursor, lane, last):
        return
    is_news = not lane_rows.is_lost_already(cursor, lane)
    span = (lane.told + 1, last)
    lane_rows.log_delivery(cursor, tried.lane, span, tried.now, "dead")
    if is_news:
        _say(cursor, tried.tenure, page, tried.now, Kind.DEAD_LETTER)


def capped(cursor: Cursor, tenure: Tenure, until: int, now: Moment) -> None:
    """Write, behind the gate, that a lane has had its messages of a day, for others to say."""
    page = gate.enter(cursor, tenure.page_no, now.steady)
    if lane_rows.cap(cursor, tenure.lane_no, until):
        _say(cursor, tenure, page, now, Kind.CAPPED)


def _say(cursor: Cursor, tenure: Tenure, page: gate.PageRow, moment: Moment, kind: Kind) -> None:
    now = moment.moved_to(page.steady)
    status = trouble.said_status(cursor, tenure.page_no)
    said = of_page(kind, status, now, channel=tenure.channel)
    notification.insert(cursor, tenure.page_no, said)


def _log_attempt(cursor: Cursor, tried: Tried) -> bool:
    return lane_rows.log_attempt(
        cursor, tried.lane, tried.now, tried.worker, (tried.took_ms, tried.outcome)
    )
