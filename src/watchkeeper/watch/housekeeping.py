"""Housekeeping: once an hour, what is old and was told is forgotten."""

from watchkeeper.core.moment import HOUR_MS
from watchkeeper.judge.tidy import tidy
from watchkeeper.outside.clock import this_moment
from watchkeeper.store.patience import attempt
from watchkeeper.watch.post import Post

WORK = "housekeeping"


async def keep_house(post: Post) -> None:
    """Forget what is old, hourly and a little at a time, until cancelled."""
    ground = post.ground
    while True:
        await ground.clock.sleep(HOUR_MS)
        if post.workers.does(WORK):
            tidying = tidy(ground.store, ground.page_no, this_moment(ground.clock))
            await attempt(tidying, "what is old could not be forgotten")
