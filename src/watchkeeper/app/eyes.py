"""Eyes: all of a process that watches, wired together."""

import asyncio
from collections.abc import Callable

from watchkeeper.app.kinds import aims, anchors, rooms
from watchkeeper.app.works import Works
from watchkeeper.config.load import Loaded
from watchkeeper.core.plan import Plan
from watchkeeper.outside import descriptors
from watchkeeper.watch.housekeeping import keep_house
from watchkeeper.watch.looker import Looker
from watchkeeper.watch.notebook import Notebook
from watchkeeper.watch.packing import pack_for_ever
from watchkeeper.watch.post import Post
from watchkeeper.watch.queues import Queues
from watchkeeper.watch.reminders import Reminders
from watchkeeper.watch.silence import Silence
from watchkeeper.watch.warden import Warden


class Eyes:
    """All who watch at one *post*; *settled* is set when the first verdicts are in."""

    def __init__(self, post: Post, plan: Callable[[], Plan], settled: asyncio.Event) -> None:
        self._post = post
        self._settled = settled
        self._notebook = Notebook(post.ground)
        self._looker = Looker(post, self._notebook)
        self._queues = Queues(post)
        self._silence = Silence(post)
        self._warden = Warden(post, plan)
        self._reminders = Reminders(post, lambda: plan().policy.reminding)

    def adopt(self, loaded: Loaded) -> None:
        """Watch what was *loaded* from now on."""
        self._post.isolation.anchors = anchors(loaded)
        looked_at = aims(loaded.plan)
        scripts = loaded.server.script_parallelism
        self._looker.plan(looked_at, rooms(looked_at.values(), scripts, descriptors.allowed()))
        self._queues.plan(loaded.plan)

    async def begin(self) -> None:
        """Let silence count from now, and hold who is to be held before anything is decided."""
        await self._post.workers.hear_anew()
        await self._post.ground.follower.follow()
        await self._warden.go_round()

    def works(self) -> Works:
        """Return what runs until the end."""
        return {
            "the beat": self._post.workers.run(),
            "the looker": self._looker.run(),
            "the asking of queues": self._queues.run(),
            "the search for silence": self._silence.run(),
            "the telling of isolation": self._post.isolation.run(),
            "the holding": self._warden.run(),
            "the notebook": self._notebook.run(),
            "the packing of latencies": pack_for_ever(self._post),
            "the housekeeping": keep_house(self._post),
            "the reminders": self._remind(),
        }

    def have_seen_all(self) -> bool:
        """Return whether a look at each target of this worker counted since we started."""
        return self._looker.has_seen_all()

    async def leave(self) -> None:
        """Tell the other workers that we stop, and keep the looks that are in memory."""
        await self._post.workers.leave()
        await self._notebook.flush()

    async def _remind(self) -> None:
        """Remind of open alerts, once the first verdicts say which of them are still true."""
        await self._settled.wait()
        await self._reminders.run()
