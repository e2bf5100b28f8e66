"""Adoption: which plan is in force, and how another takes its place."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from functools import partial

from watchkeeper.config.load import Loaded
from watchkeeper.core.hearing import Departed
from watchkeeper.core.plan import Plan
from watchkeeper.judge.ground import Ground
from watchkeeper.judge.reconcile import Order, reconcile
from watchkeeper.outside.clock import this_moment
from watchkeeper.store.errors import StoreError
from watchkeeper.watch.workers import Workers

RECONCILE_MS = 1_000
log = logging.getLogger(__name__)


class Adoption:
    """The plan of this process; one that is adopted is in the rows before we *act* on it."""

    def __init__(
        self,
        ground: Ground,
        workers: Workers,
        loaded: Loaded,
        act: Callable[[Loaded, Departed], None],
    ) -> None:
        self.loaded = loaded
        self._ground = ground
        self._clock = ground.clock
        self._follower = ground.follower
        self._workers = workers
        self._act = act
        self._adopting = asyncio.Lock()

    @property
    def plan(self) -> Plan:
        """Return the plan that is in force, or is to be from the start on."""
        return self.loaded.plan

    async def begin(self, *, force: bool) -> None:
        """Adopt what was loaded at the start; *force* lets it replace more than half of another."""
        async with self._adopting:
            await self._adopt(self.loaded, force=force)

    async def reload(self, read: Callable[[], Awaitable[Loaded]]) -> Loaded:
        """Take the plan that *read* gives and return it; one at a time, so the newest stays.

        Raise what *read* does, or StoreError, having changed nothing, where that cannot be.
        """
        async with self._adopting:
            loaded = await read()
            await self._adopt(loaded, force=False)
        return loaded

    async def run(self) -> None:
        """Remove what the plan no longer has, as soon as no living worker has another plan.

        Also what a worker added that is lost by now. It was accepted when it was adopted.
        """
        while True:
            await self._clock.sleep(RECONCILE_MS)
            plan, page = self.plan, self._follower.view.page
            is_done = page and page.is_reconciled and page.plan_hash == plan.digest
            if not is_done and self._workers.all_agree():
                try:
                    await self._reconcile(plan, force=True, finishes=True)
                    await self._follower.follow()
                except StoreError as error:
                    log.debug("the plan is not reconciled yet: %s", error)

    async def _adopt(self, loaded: Loaded, *, force: bool) -> None:
        before = self._workers.plan_digest
        self._workers.plan_digest = loaded.plan.digest
        try:
            await self._workers.beat()
            departed = await self._reconcile(loaded.plan, force=force)
        except BaseException:
            self._workers.plan_digest = before
            raise
        self.loaded = loaded
        self._act(loaded, departed)
        self._follower.hurry()

    async def _reconcile(self, plan: Plan, *, force: bool, finishes: bool = False) -> Departed:
        order = Order(
            page_no=self._ground.page_no,
            plan=plan,
            now=this_moment(self._clock),
            finishes=finishes,
            force=force,
        )
        departed = await self._ground.store.write(partial(reconcile, order=order))
        self._follower.hurry()
        return departed
