"""Following: keeping this process' view as new as the page's row says."""

import asyncio
import logging
from functools import partial

from watchkeeper.core.state import PageState
from watchkeeper.judge.rows import NOTHING, read_changes
from watchkeeper.judge.view import View
from watchkeeper.outside.clock import Clock, wait_at_most
from watchkeeper.store.cursor import Store
from watchkeeper.store.errors import StoreRefused

EVERY_MS = 500
FRESH_MS = 2_000
OLD_MS = 10_000
log = logging.getLogger(__name__)


class Follower:
    """Reads whatever changed, twice a second and whenever somebody knows of a change."""

    def __init__(self, store: Store, clock: Clock, page_no: int) -> None:
        self.view = View()
        self.generation = store.generation
        self._store = store
        self._clock = clock
        self.page_no = page_no
        self._followed: int | None = None
        self._drops = 0
        self._following = asyncio.Lock()
        self._hurry = asyncio.Event()
        self._moved = asyncio.Condition()

    def hurry(self) -> None:
        """Follow now: something changed."""
        self._hurry.set()

    def drop(self) -> None:
        """Believe nothing until all is read again: we were stopped, or commits were lost."""
        self._drops += 1
        self._followed = None
        self.generation = NOTHING
        self.hurry()

    def is_fresh(self) -> bool:
        """Return whether the view is new enough to call a report old news."""
        if self._followed is None or self.generation != self._store.generation:
            return False
        return self._clock.boottime() - self._followed < FRESH_MS

    def is_old(self) -> bool:
        """Return whether the page must say that it is not up to date."""
        return self._followed is None or self._clock.boottime() - self._followed > OLD_MS

    def state(self) -> PageState:
        """Return the whole page as it is believed; the same object until something changes."""
        return self.view.state()

    def old_since_at(self) -> int:
        """Return the wall moment at which an old view was last true, 0 where it is not old."""
        if not self.is_old():
            return 0
        since = 0 if self._followed is None else self._clock.boottime() - self._followed
        return self._clock.wall() - since

    async def moved(self, after: int) -> None:
        """Wait until the view has a revision other than *after*."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.view.revision != after)

    async def follow(self) -> None:
        """Read everything that changed since the last time; all of it where that is unsure."""
        async with self._following:
            await self._follow()

    async def _follow(self) -> None:
        generation, began, drops = self._store.generation, self._clock.boottime(), self._drops
        after = self.view.revision if generation == self.generation else NOTHING
        changes = await self._store.read(partial(read_changes, page_no=self.page_no, after=after))
        if drops != self._drops:
            return
        self._clock.adopt(changes.page.steady)
        self._followed = began
        self.generation = generation
        if changes.page.revision == self.view.revision and after != NOTHING:
            return
        self.view.apply(changes)
        async with self._moved:
            self._moved.notify_all()

    async def run(self) -> None:
        """Follow until cancelled; a store that cannot be read is asked again."""
        while True:
            self._hurry.clear()
            try:
                await self.follow()
            except StoreRefused as error:
                log.debug("the page cannot be followed: %s", error)
            await wait_at_most(self._clock, self._hurry.wait(), EVERY_MS)
