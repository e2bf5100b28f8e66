"""Post: where a worker stands on watch, with all that everybody there needs."""

from collections.abc import Callable
from dataclasses import dataclass

from watchkeeper.judge.door import Door
from watchkeeper.judge.follow import Follower
from watchkeeper.outside.clock import Clock
from watchkeeper.outside.outside import Outside
from watchkeeper.store.cursor import Store
from watchkeeper.watch.isolation import Isolation
from watchkeeper.watch.workers import Workers


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """The world, what is believed of it, who else watches, and where reports are handed in.

    *gaps* counts the times that this process was stopped.
    """

    outside: Outside
    store: Store
    follower: Follower
    door: Door
    workers: Workers
    isolation: Isolation
    gaps: Callable[[], int]

    @property
    def clock(self) -> Clock:
        """Return the clock of the world."""
        return self.outside.clock

    @property
    def page_no(self) -> int:
        """Return the number of the page."""
        return self.follower.page_no

    def decides(self, work: str) -> bool:
        """Return whether *work*, which follows the plan of the page, is this worker's."""
        page = self.follower.view.page
        return page is not None and self.workers.speaks(work, page.plan_hash)
