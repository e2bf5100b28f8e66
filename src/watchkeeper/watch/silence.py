"""Silence: one scan a second for promised reports that did not come."""

import asyncio
from functools import partial

from watchkeeper.core.sighting import silence
from watchkeeper.store import sighting as sighting_rows
from watchkeeper.store.patience import rounds
from watchkeeper.watch.post import Post

WORK = "silence"


class Silence:
    """Scans for broken promises, where this worker is the one that does."""

    def __init__(self, post: Post) -> None:
        self._post = post

    async def run(self) -> None:
        """Scan until cancelled; a store that refuses is asked again."""
        await rounds(self.scan, self._post.ground.clock, "silence cannot be told")

    async def scan(self) -> None:
        """Report every promise that is broken now, unless a worker may be deaf or cut off."""
        post = self._post
        if not post.workers.does(WORK) or post.workers.hears_badly():
            return
        now = post.ground.clock.steady()
        job = partial(sighting_rows.overdue, page_no=post.ground.page_no, now=now)
        overdue = await post.ground.store.read(job)
        broken = [(name, silence(last, 0, now)) for name, last in overdue]
        if broken and await post.isolation.is_cut_off():
            return
        answers = [post.door.take(name, report) for name, report in broken if report]
        await asyncio.gather(*answers)
