"""Post: where a worker stands on watch, with all that everybody there needs."""

from collections.abc import Callable
from dataclasses import dataclass

from watchkeeper.judge.door import Door
from watchkeeper.judge.ground import Ground
from watchkeeper.watch.isolation import Isolation
from watchkeeper.watch.workers import Workers


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """The ground, who else watches, and where reports are handed in.

    *gaps* counts the times that this process was stopped.
    """

    ground: Ground
    door: Door
    workers: Workers
    isolation: Isolation
    gaps: Callable[[], int]

    def decides(self, work: str) -> bool:
        """Return whether *work*, which follows the plan of the page, is this worker's."""
        page = self.ground.follower.view.page
        return page is not None and self.workers.speaks(work, page.plan_hash)
