"""Reminders: an open alert is spoken of again in time, by one worker of several."""

import logging
from collections.abc import Callable
from functools import partial

from watchkeeper.core.reminder import Reminding
from watchkeeper.judge.remind import first_due, say_reminders
from watchkeeper.outside.clock import this_moment
from watchkeeper.store.errors import StoreRefused
from watchkeeper.watch.post import Post

EVERY_MS = 1_000
WORK = "reminders"
log = logging.getLogger(__name__)


class Reminders:
    """Reminds as the plan of this moment says, where this worker is the one that does."""

    def __init__(self, post: Post, policy: Callable[[], Reminding | None]) -> None:
        self._post = post
        self._policy = policy

    async def run(self) -> None:
        """Remind of open alerts until cancelled; a store that refuses is asked again."""
        while True:
            wait_ms = EVERY_MS
            try:
                wait_ms = await self.go_round()
            except StoreRefused as error:
                log.debug("nobody can be reminded: %s", error)
            await self._post.clock.sleep(wait_ms)

    async def go_round(self) -> int:
        """Remind of what is due, and return after how many milliseconds to look again."""
        policy, post = self._policy(), self._post
        if policy is None or not post.decides(WORK):
            return EVERY_MS
        job = partial(first_due, page_no=post.page_no, policy=policy)
        due = await post.store.read(job)
        now = this_moment(post.clock)
        if due is None or due > now.steady:
            return EVERY_MS if due is None else min(due - now.steady, EVERY_MS)
        await post.store.write(partial(say_reminders, page_no=post.page_no, policy=policy, now=now))
        post.follower.hurry()
        return EVERY_MS
