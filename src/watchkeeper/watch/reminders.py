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
        await rounds(self.go_round, self._post.ground.clock, "nobody can be reminded")

    async def go_round(self) -> int:
        """Remind of what is due, and return after how many milliseconds to look again."""
        policy, ground = self._policy(), self._post.ground
        if policy is None or not self._post.decides(WORK):
            return EVERY_MS
        page_no = ground.page_no
        due = await ground.store.read(partial(first_due, page_no=page_no, policy=policy))
        now = this_moment(ground.clock)
        if due is None or due > now.steady:
            return EVERY_MS if due is None else min(due - now.steady, EVERY_MS)
        await ground.store.write(partial(say_reminders, page_no=page_no, policy=policy, now=now))
        ground.follower.hurry()
        return EVERY_MS
