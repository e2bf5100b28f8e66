"""Housekeeping: once an hour, what is old and was told is forgotten."""

import logging
from collections.abc import Callable
from functools import partial

from watchkeeper.outside.clock import Clock
from watchkeeper.store import latency, meta, retention
from watchkeeper.store.cursor import Cursor, Store

EVERY_MS = 3_600_000
WORK = "housekeeping"
_MOST_BOOTS = 20
log = logging.getLogger(__name__)


async def keep_house(
    store: Store, clock: Clock, page_no: int, is_ours: Callable[[str], bool]
) -> None:
    """Forget what is older than 30 days, hourly and a little at a time, until cancelled."""
    while True:
        await clock.sleep(EVERY_MS)
        if not is_ours(WORK):
            continue
        before = clock.steady() - retention.KEPT_MS
        try:
            while await store.write(partial(_forget, page_no=page_no, before=before)):
                pass
        except Exception:
            log.exception("nothing old was forgotten; it is tried again in an hour")


def _forget(cursor: Cursor, page_no: int, before: int) -> int:
    meta.forget_clocks(cursor, _MOST_BOOTS)
    told = retention.forget_told(cursor, page_no, before)
    told += retention.forget_deliveries(cursor, before)
    told += retention.forget_deeds(cursor, before) + retention.forget_notices(cursor, page_no)
    return told + latency.forget_hours(cursor, before)
