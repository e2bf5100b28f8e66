"""Tidying: what is old and was told is forgotten, a little at a time."""

from functools import partial

from watchkeeper.core.moment import Moment
from watchkeeper.judge.forsake import forsake
from watchkeeper.store import gate, gone, latency, meta, retention
from watchkeeper.store.cursor import Cursor, Store, Transaction, Undo

_MOST_BOOTS = 20


async def tidy(store: Store, page_no: int, now: Moment) -> None:
    """Forget everything that is old at *now*, in as many transactions as it takes."""
    works: tuple[Transaction[int], ...] = (
        partial(forsake, page_no=page_no, now=now),
        partial(_forget_log, page_no=page_no, now=now),
        partial(_forget_gone, page_no=page_no, now=now),
    )
    for work in works:
        while await store.write(work):
            pass


def _forget_log(cursor: Cursor, page_no: int, now: Moment) -> int:
    meta.forget_clocks(cursor, _MOST_BOOTS)
    told, counted = now.steady - retention.TOLD_MS, now.steady - retention.TRANSITIONS_MS
    return (
        retention.forget_told(cursor, page_no, told)
        + retention.forget_deliveries(cursor, told)
        + retention.forget_deeds(cursor, told)
        + retention.forget_notices(cursor, page_no)
        + latency.forget_hours(cursor, told)
        + retention.forget_alerts(cursor, page_no)
        + retention.forget_transitions(cursor, page_no, counted)
        + retention.forget_blind(cursor, page_no, counted)
    )


def _forget_gone(cursor: Cursor, page_no: int, now: Moment) -> int:
    gate.enter(cursor, page_no, now.steady)
    revision = gone.revision_before(cursor, page_no, now.steady - retention.TOLD_MS)
    count = gone.forget(cursor, page_no, revision)
    if not count:
        raise Undo(0)
    return count
