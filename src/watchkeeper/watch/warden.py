"""Warden: once a second, who is under maintenance or still flaps, and who is released."""

import logging
from collections.abc import Callable
from functools import partial

from watchkeeper.core.plan import Plan
from watchkeeper.judge.follow import Follower
from watchkeeper.judge.hold import Holding, hold, is_due
from watchkeeper.judge.rules import Rules
from watchkeeper.judge.windows import Opening, opening
from watchkeeper.outside.clock import Clock, this_moment
from watchkeeper.store.cursor import Store
from watchkeeper.store.errors import StoreRefused
from watchkeeper.watch.workers import Workers

EVERY_MS = 1_000
WORK = "holding"
log = logging.getLogger(__name__)


class Warden:
    """Holds and releases, where this worker is the one that does."""

    def __init__(
        self,
        store: Store,
        follower: Follower,
        clock: Clock,
        workers: Workers,
        plan: Callable[[], Plan],
    ) -> None:
        self._store = store
        self._follower = follower
        self._clock = clock
        self._workers = workers
        self._plan = plan
        self._calendar = _Calendar()

    async def run(self) -> None:
        """Go round until cancelled; a store that refuses is asked again."""
        while True:
            try:
                await self.go_round()
            except StoreRefused as error:
                log.debug("nothing can be held or released: %s", error)
            await self._clock.sleep(EVERY_MS)

    async def go_round(self) -> None:
        """Hold and release what is due now, if the page follows our plan."""
        plan, page = self._plan(), self._follower.view.page
        if page is None or not self._workers.speaks(WORK, page.plan_hash):
            return
        now = this_moment(self._clock)
        wanted = Holding(
            page_no=self._follower.page_no,
            digest=plan.digest,
            rules=Rules.of(plan),
            maintained=self._calendar.today(plan, now.at).nodes,
            now=now,
        )
        if await self._store.read(partial(is_due, wanted=wanted)):
            await self._store.write(partial(hold, wanted=wanted))
            self._follower.hurry()


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
