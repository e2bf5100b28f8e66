"""Housekeeping: once an hour, what is old and was told is forgotten."""

import logging

from watchkeeper.core.moment import HOUR_MS
from watchkeeper.judge.tidy import tidy
from watchkeeper.outside.clock import this_moment
from watchkeeper.watch.post import Post

WORK = "housekeeping"
log = logging.getLogger(__name__)


async def keep_house(post: Post) -> None:
    """Forget what is old, hourly and a little at a time, until cancelled."""
    ground = post.ground
    while True:
        await ground.clock.sleep(HOUR_MS)
        if not post.workers.does(WORK):
            continue
        try:
            await tidy(ground.store, ground.page_no, this_moment(ground.clock))
        except Exception:
            log.exception("nothing old was forgotten; it is tried again in an hour")
