"""Warden: once a second, who is under maintenance or still flaps, and who is released."""

from collections.abc import Callable
from functools import partial

from watchkeeper.core.plan import Plan
from watchkeeper.judge.hold import Holding, hold, is_due
from watchkeeper.judge.rules import Rules
from watchkeeper.judge.windows import Opening, opening
from watchkeeper.outside.clock import this_moment
from watchkeeper.store.patience import rounds
from watchkeeper.watch.post import Post

WORK = "holding"


class Warden:
    """Holds and releases, where this worker is the one that does."""

    def __init__(self, post: Post, plan: Callable[[], Plan]) -> None:
        self._post = post
        self._plan = plan
        self._calendar = _Calendar()

    async def run(self) -> None:
        """Go round until cancelled; a store that refuses is asked again."""
        await rounds(self.go_round, self._post.ground.clock, "nothing can be held or released")

    async def go_round(self) -> int | None:
        """Hold and release what is due now, if the page follows our plan.

        Return 0, the milliseconds to the next round, where that was only a slice of it.
        """
        plan, ground = self._plan(), self._post.ground
        if not self._post.decides(WORK):
            return None
        now = this_moment(ground.clock)
        wanted = Holding(
            page_no=ground.page_no,
            digest=plan.digest,
            rules=Rules.of(plan),
            maintained=self._calendar.today(plan, now.at).nodes,
            now=now,
        )
        if not await ground.store.read(partial(is_due, wanted=wanted)):
            return None
        is_left = await ground.store.write(partial(hold, wanted=wanted))
        ground.follower.hurry()
        return 0 if is_left else None


class _Calendar:
    """The opening of a plan, computed anew when it changes, or when the wall clock steps."""

    def __init__(self) -> None:
        self._plan: Plan | None = None
        self._at = 0
        self._opening = Opening({}, None)

    def today(self, plan: Plan, at: int) -> Opening:
        changes_at = self._opening.changes_at
        is_known = plan is self._plan and at >= self._at
        if not is_known or (changes_at is not None and at >= changes_at):
            self._plan, self._at, self._opening = plan, at, opening(plan, at)
        return self._opening
