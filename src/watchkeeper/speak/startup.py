"""Startup: one message once the first verdicts are in, with the truth in it."""

from collections.abc import Callable
from functools import partial

from watchkeeper.core.facts import Kind, of_page
from watchkeeper.core.moment import Moment
from watchkeeper.core.plan import Plan
from watchkeeper.core.status import Standing, ancestral
from watchkeeper.judge.ground import Ground
from watchkeeper.judge.view import View
from watchkeeper.outside.clock import this_moment
from watchkeeper.store import gate, notification, trouble
from watchkeeper.store.cursor import Cursor, Undo
from watchkeeper.store.patience import write_at_last

VERDICTS_MS = 30_000
SELDOM_MS = 600_000
_LOOK_MS = 500


async def first_verdicts(plan: Plan, ground: Ground, has_seen_all: Callable[[], bool]) -> None:
    """Wait until nothing that we look at is pending, for 30 s at most.

    Nor may it be known from an earlier start alone: *has_seen_all* says whether it is not.
    """
    clock, follower = ground.clock, ground.follower
    until = clock.steady() + VERDICTS_MS
    while clock.steady() < until and not (has_seen_all() and not _has_pending(plan, follower.view)):
        await clock.sleep(_LOOK_MS)


async def say_startup(ground: Ground) -> None:
    """Say that we started, unless that was said within the last ten minutes.

    A store that refuses is asked again, until it takes it.
    """
    job = partial(_say, page_no=ground.page_no, now=this_moment(ground.clock))
    await write_at_last(ground.store, job, ground.clock, "the startup cannot be told yet")
    ground.follower.hurry()


def _has_pending(plan: Plan, view: View) -> bool:
    for name, node in plan.replicas():
        row = view.replica(name)
        if node.is_looked_at and (row is None or row.standing is Standing.PENDING):
            return True
    return False


def _say(cursor: Cursor, page_no: int, now: Moment) -> None:
    page = gate.enter(cursor, page_no, now.steady)
    last = notification.last_said(cursor, page_no, Kind.STARTUP)
    if last and page.steady - last < SELDOM_MS:
        raise Undo(None)
    status = trouble.said_status(cursor, page_no)
    if trouble.is_anybody_blind(cursor, page_no):
        status = ancestral(status, Standing.BLIND)
    said = of_page(Kind.STARTUP, status, now.moved_to(page.steady))
    notification.insert(cursor, page_no, said)
