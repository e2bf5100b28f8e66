"""Process: one that serves, from its beginning to its end."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from watchkeeper.app import world
from watchkeeper.app.adoption import Adoption
from watchkeeper.app.eyes import Eyes
from watchkeeper.app.gaps import Gaps
from watchkeeper.app.garbage import rest
from watchkeeper.app.mouth import Mouth
from watchkeeper.app.works import Stopped, Works, complain, first_end, unless_stopped
from watchkeeper.config.load import Loaded
from watchkeeper.core.hearing import Departed
from watchkeeper.judge.desk import Desk
from watchkeeper.judge.door import Door
from watchkeeper.judge.ground import Ground
from watchkeeper.judge.measuring import Measuring
from watchkeeper.judge.recording import Recording
from watchkeeper.judge.rules import Rules
from watchkeeper.speak.startup import first_verdicts, say_startup
from watchkeeper.store.errors import StoreRefused
from watchkeeper.watch.isolation import Isolation
from watchkeeper.watch.post import Post
from watchkeeper.watch.pulse import Pulse
from watchkeeper.watch.workers import Workers
from watchkeeper.web.front import Front, Readiness
from watchkeeper.web.listener import Listener

FINISH_S = 7
LEAVE_S = 1
log = logging.getLogger(__name__)


class App:
    """One process: what it knows, its eyes and its mouth, its web, and the plan in force."""

    def __init__(
        self, ground: Ground, loaded: Loaded, unrecorded: Path, stopping: asyncio.Event
    ) -> None:
        self._ground = ground
        self._follower = ground.follower
        self._stopping = stopping
        self._settled = asyncio.Event()
        self._listener: Listener | None = None
        self._recording = Recording()
        self._pulse = Pulse(ground.clock, Gaps(ground, self._forget).note)
        self._measuring = Measuring(ground)
        self._workers = Workers(ground, self._recording)
        self._adoption = Adoption(ground, self._workers, loaded, self._act)
        self._door = Door(ground, Rules.of(loaded.plan), self._recording)
        post = Post(
            ground=ground,
            door=self._door,
            workers=self._workers,
            isolation=Isolation(ground),
            gaps=self._pulse.gaps,
        )
        self._eyes = Eyes(post, lambda: self._adoption.plan, self._settled)
        self._mouth = Mouth(ground, self._workers, self._recording, unrecorded, self._settled)

    async def serve(
        self, host: str, port: int, ready: Callable[[int], None], *, force: bool
    ) -> None:
        """Serve until told to stop; tell *ready* the port as soon as the store is ours.

        *force* lets a plan replace more than half of another.

        Raise CannotListen where the address cannot be had, StoreError where the store cannot,
        and WorkEnded where something ended that should not.
        """
        self._listener = listener = Listener(self._front(), host, port)
        try:
            await unless_stopped(self._stopping, self._begin(force=force))
        except Stopped:
            await self._leave([])
            return
        ready(listener.address[1])
        log.info("listening on %s, port %s", *listener.address)
        works = self._works(listener).items()
        running = [asyncio.create_task(work, name=name) for name, work in works]
        ended = await first_end(self._stopping, running)
        await self._end(listener, running)
        complain(ended)

    async def reload(self, read: Callable[[], Awaitable[Loaded]]) -> Loaded:
        """Take the plan that *read* gives, and return it, or raise what `Adoption.reload` does."""
        return await self._adoption.reload(read)

    async def _begin(self, *, force: bool) -> None:
        await self._follower.follow()
        await self._adoption.begin(force=force)
        await self._eyes.begin()
        rest()

    def _works(self, listener: Listener) -> Works:
        """Return what runs until the end; the web first."""
        return {
            "the web server": listener.run(),
            "the pulse": self._pulse.run(),
            "the follower": self._follower.run(),
            "the door": self._door.run(),
            "the measuring": self._measuring.run(),
            "the reconciling": self._adoption.run(),
            "the startup": self._start_up(),
            **self._eyes.works(),
            **self._mouth.works(),
        }

    def _act(self, loaded: Loaded, departed: Departed) -> None:
        """Begin to act on the plan that was adopted."""
        world.adopt(self._ground.outside, loaded.server)
        self._door.rules = Rules.of(loaded.plan)
        self._eyes.adopt(loaded)
        self._mouth.adopt(loaded.plan, departed)

    async def _start_up(self) -> None:
        """Say that we started once the first verdicts are in, and go on for ever."""
        await first_verdicts(self._adoption.plan, self._ground, self._eyes.have_seen_all)
        self._settled.set()
        rest()  # what the first verdicts made stays, too
        if self._adoption.plan.policy.startup:
            await say_startup(self._ground)
        await asyncio.Event().wait()

    async def _end(self, listener: Listener, running: list[asyncio.Task[None]]) -> None:
        """Finish what was begun and leave, in eight seconds, whatever hangs."""
        listener.stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S):
                await self._mouth.finish()
                await asyncio.wait(running[:1])
        await self._leave(running)

    async def _leave(self, running: list[asyncio.Task[None]]) -> None:
        for task in running:
            task.cancel()
        with contextlib.suppress(TimeoutError, StoreRefused):
            async with asyncio.timeout(LEAVE_S):
                await asyncio.gather(*running, return_exceptions=True)
                await self._eyes.leave()

    def _forget(self) -> None:
        """Believe nothing from before a gap, and take nothing that was under way in it."""
        self._follower.drop()
        self._recording.is_deaf = True
        self._workers.forget()
        if self._listener:
            self._listener.close_old_connections()

    def _front(self) -> Front:
        return Front(
            plan=lambda: self._adoption.plan,
            state=self._follower.state,
            measures=self._measuring.measures,
            old_since_at=lambda: self._follower.old_since_at() or self._recording.paused_at,
            door=self._door,
            desk=Desk(self._ground),
            clock=self._ground.clock,
            reporter_token=lambda: self._adoption.loaded.server.reporter_token,
            manager_token=lambda: self._adoption.loaded.server.manager_token,
            ready=self._ready,
            gap=self._pulse.gaps,
            assets=lambda: self._adoption.loaded.server.assets,
        )

    def _ready(self) -> Readiness:
        return Readiness(
            plan=bool(self._workers.plan_digest),
            store=self._recording.refused_since is None and not self._follower.is_old(),
            socket=True,
        )
