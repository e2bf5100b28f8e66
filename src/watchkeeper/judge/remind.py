"""Reminding: an open alert is spoken of again in time, by one worker of several."""

import logging
from collections.abc import Callable
from functools import partial

from watchkeeper.core import facts
from watchkeeper.core.moment import Moment
from watchkeeper.core.reminder import Reminding, next_due, remind, to_remind
from watchkeeper.judge.follow import Follower
from watchkeeper.outside.clock import Clock, this_moment
from watchkeeper.store import alert, gate, notification
from watchkeeper.store.cursor import Cursor, Store, Undo
from watchkeeper.store.errors import StoreRefused

EVERY_MS = 1_000
WORK = "reminders"
log = logging.getLogger(__name__)


async def keep_reminding(
    store: Store,
    clock: Clock,
    follower: Follower,
    policy: Callable[[], Reminding | None],
    is_ours: Callable[[str, str], bool],
) -> None:
    """Remind of open alerts as *policy* says, until cancelled.

    *is_ours* says whether this worker does some work under the plan of a digest.
    """
    while True:
        wait_ms = EVERY_MS
        page, rules = follower.view.page, policy()
        if page and rules and is_ours(WORK, page.plan_hash):
            try:
                wait_ms = await _remind_if_due(store, clock, follower, rules)
            except StoreRefused as error:
                log.debug("nobody can be reminded: %s", error)
        await clock.sleep(wait_ms)


async def _remind_if_due(store: Store, clock: Clock, follower: Follower, policy: Reminding) -> int:
    """Remind of what is due, and return after how many milliseconds to look again."""
    page_no = follower.page_no
    due = await store.read(partial(_next_due, page_no=page_no, policy=policy))
    if due is None:
        return EVERY_MS
    if due > clock.steady():
        return min(due - clock.steady(), EVERY_MS)
    now = this_moment(clock)
    await store.write(partial(say_reminders, page_no=page_no, policy=policy, now=now))
    follower.hurry()
    return EVERY_MS


def _next_due(cursor: Cursor, page_no: int, policy: Reminding) -> int | None:
    muted_until = gate.read(cursor, page_no).muted_until
    return next_due(alert.without_members(cursor, page_no), policy, muted_until)


def say_reminders(cursor: Cursor, page_no: int, policy: Reminding, now: Moment) -> None:
    """Write, behind the gate, the reminders that are due; another worker's are not any more."""
    page = gate.enter(cursor, page_no, now.steady)
    at_gate = now.moved_to(page.steady)
    alerts = alert.without_members(cursor, page_no)
    due = to_remind(alerts, policy, page.steady, page.muted_until)
    if not due:
        raise Undo(None)
    status = alert.said_status(cursor, page_no)
    for no in due:
        one = remind(alerts[no], at_gate)
        alert.save(cursor, no, one, at_gate.at)
        said = facts.of_reminder(one, status, at_gate, escalates=policy.escalates)
        notification.insert(cursor, page_no, said, row=(no, one.seq))
