"""Channels and lanes: what the plan wants told to whom, behind the gate."""

from watchkeeper.core import facts
from watchkeeper.core.hearing import Hearing, hearing_of, hears
from watchkeeper.core.plan import Channel, Plan
from watchkeeper.judge.climb import Decision
from watchkeeper.store import alert, lane, notification
from watchkeeper.store import channel as channel_rows
from watchkeeper.store.channel import ChannelRow
from watchkeeper.store.notification import AlertRow


def reconcile_channels(decision: Decision, plan: Plan, *, removes: bool) -> None:
    """Make the channels and their lanes agree with those of *plan*.

    A new lane hears first of every alert that is open, so that its first word is never
    "recovered".
    """
    known = {row.key: row for row in channel_rows.of_page(decision.cursor, decision.page_no)}
    for channel in plan.channels:
        no = _channel_no(decision, known.get(channel.key), channel)
        _lanes(decision, no, channel, hearing_of(plan, channel), removes=removes)
    if not removes:
        return
    kept = {channel.key for channel in plan.channels}
    for row in known.values():
        if row.gone_at is None and row.key not in kept:
            channel_rows.remove(decision.cursor, row.no, decision.now.at)


def _channel_no(decision: Decision, row: ChannelRow | None, channel: Channel) -> int:
    if row and row.gone_at is None and (row.kind, row.hash) == (channel.kind, channel.digest):
        return row.no
    no = channel_rows.add(
        decision.cursor, decision.page_no, channel.key, channel.kind, channel.digest
    )
    channel_rows.cure(decision.cursor, no)
    return no


def _lanes(
    decision: Decision, channel_no: int, channel: Channel, hearing: Hearing, *, removes: bool
) -> None:
    known = lane.targets(decision.cursor, channel_no)
    for target in channel.targets:
        if not known.get(target):
            _open_lane(decision, channel_no, target, hearing)
    for target, is_living in known.items():
        if removes and is_living and target not in channel.targets:
            lane.remove_lane(decision.cursor, channel_no, target, decision.now.at)


def _open_lane(decision: Decision, channel_no: int, target: str, hearing: Hearing) -> None:
    cursor, page_no = decision.cursor, decision.page_no
    told = notification.newest(cursor, page_no)
    lane_no = lane.add_lane(cursor, channel_no, target, told)
    for _, one in alert.open_alerts(cursor, page_no):
        said = facts.of_open(one.alert, decision.said, decision.now)
        if hears(hearing, said):
            notification.insert(cursor, page_no, said, row=AlertRow(one.no, 0), lane_no=lane_no)
