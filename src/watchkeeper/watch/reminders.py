"""Reminders: an open alert is spoken of again in time, by one worker of several."""

from collections.abc import Callable
from functools import partial

from watchkeeper.core.reminder import Reminding
from watchkeeper.judge.remind import first_due, say_reminders
from watchkeeper.outside.clock import this_moment
from watchkeeper.store.patience import EVERY_MS, rounds
from watchkeeper.watch.post import Post

WORK = "reminders"


class Reminders:
    """Reminds as the plan of this moment says, where this worker is the one that does."""

    def __init__(self, post: Post, policy: Callable[[], Reminding | None]) -> None:
        self._post = post
        self._policy = policy

    async def run(self) -> None:
        """Remind of open alerts until cancelled; a store that refuses is asked again."""
        await rounds(self.go_round, self._post.clock, "nobody can be reminded")

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
