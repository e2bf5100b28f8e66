"""Listing: the log of speaking as an operator reads it. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from watchkeeper.core.moment import Moment, span, timestamp
from watchkeeper.speak.delay import LaneNow
from watchkeeper.store.log import LaneLog, LaneRow, Log, TryRow


def listing(log: Log, lanes: Mapping[int, LaneNow]) -> str:
    """Return what waits in each lane of *log*, then what each was told, try by try.

    *lanes* are the living ones by their number.
    """
    if not log.lanes:
        return "there is no channel to speak on"
    heads = [line for one in log.lanes for line in _head(one, lanes.get(one.lane.no), log.now)]
    told = [line for one in log.lanes for line in _told(one)]
    return "\n".join([*heads, "", *(told or ["nothing was tried yet"])])


def _head(log: LaneLog, lane_now: LaneNow | None, now: Moment) -> Iterator[str]:
    lane = log.lane
    yield _name(lane)
    if lane.gone_at:
        yield f"  gone from the config since {_moment(lane.gone_at)}"
        return
    yield f"  {_waiting(log)}"
    if lane.broken_at:
        yield f"  broken since {_moment(lane.broken_at)}: the receiver refuses what we send"
    if lane.fails:
        yield f"  failing for {span(now.steady - lane.failing_since)}, tries in a row: {lane.fails}"
    if lane.fails and log.tries:
        yield f"  last outcome: {log.tries[-1].outcome}"
    if log.waiting and lane_now:
        yield f"  next try {_next_try(lane_now, now)}"


def _waiting(log: LaneLog) -> str:
    if not log.waiting and not log.lane.told:
        return "there was nothing to tell so far"
    if not log.waiting:
        return f"everything is told, up to notification {log.lane.told}"
    count = sum(row.many for row in log.waiting)
    kinds = ", ".join(f"{row.many} {row.kind}" for row in log.waiting)
    return f"{count} waiting since {_moment(log.waiting[0].at)}: {kinds}"


def _next_try(lane_now: LaneNow, now: Moment) -> str:
    delay = lane_now.delay(now.steady)
    if not delay.until:
        return str(delay.why)
    wait_ms = delay.until - now.steady
    return f"in {span(wait_ms)}, at {_moment(now.at + wait_ms)}, {delay.why}"


def _told(log: LaneLog) -> Iterator[str]:
    # What was never delivered under its own id went out as a part of a later message.
    latest: dict[str, int] = {one.id: one.n for one in log.tries}
    ordered = sorted(log.tries, key=lambda one: (latest[one.id], one.n))
    for _, tries in groupby(ordered, key=lambda one: one.id):
        yield from _message(log.lane, tuple(tries))


def _message(lane: LaneRow, tries: Sequence[TryRow]) -> Iterator[str]:
    first = tries[0]
    deliveries = {(one.state, one.first, one.last, one.delivered_at): None for one in tries}
    for state, begin, end, at in deliveries:
        if state is None or at is None:
            yield f"{_undelivered(lane, first.id)}  {_name(lane)}  {first.id}"
        else:
            told = f"notification {begin}" if begin == end else f"notifications {begin} to {end}"
            yield f"{state}  {_moment(at)}  {_name(lane)}  {first.id}  {told}"
    for one in {one.n: one for one in tries}.values():
        took = f"{one.ms} ms"
        yield f"  try {one.n}  {_moment(one.at)}  {one.worker}  {took}  {one.outcome}"


def _undelivered(lane: LaneRow, message_id: str) -> str:
    return "waiting" if message_id == lane.id and lane.told < lane.last else "replaced"


def _name(lane: LaneRow) -> str:
    return f"{lane.channel} {lane.target}".rstrip()


def _moment(at: int) -> str:
    return timestamp(at, exactly=True)
