"""Process: everything that runs, wired together."""

import asyncio
import contextlib
import logging
import os
import secrets
import socket
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import Any

from watchkeeper.app.adoption import Adoption
from watchkeeper.app.gaps import Gaps
from watchkeeper.app.garbage import rest
from watchkeeper.app.kinds import aims, anchors, rooms, tongues
from watchkeeper.app.works import Stopped, complain, first_end, unless_stopped
from watchkeeper.config.load import Loaded
from watchkeeper.core.hearing import Departed
from watchkeeper.judge.desk import Desk
from watchkeeper.judge.door import Door
from watchkeeper.judge.follow import Follower
from watchkeeper.judge.ground import Ground
from watchkeeper.judge.measuring import Measuring
from watchkeeper.judge.recording import Recording
from watchkeeper.judge.rules import Rules
from watchkeeper.outside import descriptors, tls
from watchkeeper.outside.addresses import Allowance
from watchkeeper.speak.speaker import Speaker
from watchkeeper.speak.startup import first_verdicts, say_startup
from watchkeeper.speak.talk import Means
from watchkeeper.speak.unrecorded import Unrecorded
from watchkeeper.store.errors import StoreRefused
from watchkeeper.watch.housekeeping import keep_house
from watchkeeper.watch.isolation import Isolation
from watchkeeper.watch.looker import Looker
from watchkeeper.watch.notebook import Notebook
from watchkeeper.watch.packing import pack_for_ever
from watchkeeper.watch.post import Post
from watchkeeper.watch.pulse import Pulse
from watchkeeper.watch.queues import Queues
from watchkeeper.watch.reminders import Reminders
from watchkeeper.watch.silence import Silence
from watchkeeper.watch.warden import Warden
from watchkeeper.watch.workers import Workers
from watchkeeper.web.front import Front, Readiness
from watchkeeper.web.listener import Listener

FINISH_S = 7
LEAVE_S = 1
log = logging.getLogger(__name__)


class App:
    """One process: everything that runs, wired together."""

    def __init__(
        self, ground: Ground, loaded: Loaded, unrecorded: Path, stopping: asyncio.Event
    ) -> None:
        self._ground = ground
        self._clock = ground.outside.clock
        name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}"
        store, clock, outside = ground.store, self._clock, ground.outside
        self._follower = Follower(store, clock, ground.page_no)
        self._recording = Recording()
        self._workers = Workers(store, self._follower, clock, self._recording, name)
        self._adoption = Adoption(ground, self._follower, self._workers, loaded, self._act)
        self._door = Door(store, self._follower, clock, Rules.of(loaded.plan), self._recording)
        self._pulse = Pulse(clock, Gaps(ground, self._forget).note)
        self._post = post = Post(
            outside=outside,
            store=store,
            follower=self._follower,
            door=self._door,
            workers=self._workers,
            isolation=Isolation(outside, store, ground.page_no),
            gaps=self._pulse.gaps,
        )
        self._notebook = Notebook(store, self._follower, clock)
        self._looker = Looker(post, self._notebook)
        self._queues = Queues(post)
        self._measuring = Measuring(store, self._follower, clock)
        self._silence = Silence(post)
        self._warden = Warden(post, lambda: self._adoption.plan)
        self._reminders = Reminders(post, lambda: self._adoption.plan.policy.reminding)
        means = Means(store=store, follower=self._follower, outside=outside, worker=name)
        self._speaker = Speaker(means, self._workers)
        self._settled = asyncio.Event()
        self._unrecorded = Unrecorded(
            means, self._speaker, self._recording, unrecorded, self._settled.wait
        )
        self._listener: Listener | None = None
        self._stopping = stopping

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
        await self._workers.hear_anew()
        await self._follower.follow()
        rest()
        await self._warden.go_round()

    def _works(self, listener: Listener) -> dict[str, Coroutine[Any, Any, None]]:
        """Return what runs until the end, by the name that an operator reads; the web first."""
        return {
            "the web server": listener.run(),
            "the pulse": self._pulse.run(),
            "the beat": self._workers.run(),
            "the follower": self._follower.run(),
            "the door": self._door.run(),
            "the looker": self._looker.run(),
            "the asking of queues": self._queues.run(),
            "the search for silence": self._silence.run(),
            "the telling of isolation": self._post.isolation.run(),
            "the holding": self._warden.run(),
            "the speaker": self._speaker.run(),
            "the speaker of what is unrecorded": self._unrecorded.run(),
            "the notebook": self._notebook.run(),
            "the packing of latencies": pack_for_ever(self._post),
            "the measuring": self._measuring.run(),
            "the housekeeping": keep_house(self._post),
            "the reconciling": self._adoption.run(),
            "the startup": self._start_up(),
            "the reminders": self._remind(),
        }

    def _act(self, loaded: Loaded, departed: Departed) -> None:
        """Begin to act on the plan that was adopted."""
        tls.context.cache_clear()
        self._door.rules = Rules.of(loaded.plan)
        outside, server = self._ground.outside, loaded.server
        outside.shell.hidden = server.secret_variables
        self._post.isolation.anchors = anchors(loaded)
        outside.connect.adopt(Allowance.of(server.allowed_addresses))
        looked_at = aims(loaded.plan)
        at_once = rooms(looked_at.values(), server.script_parallelism, descriptors.allowed())
        self._looker.plan(looked_at, at_once)
        self._queues.plan(loaded.plan)
        spoken, installation = self._speaker.tongues, self._ground.installation
        self._speaker.tongues = tongues(loaded.plan, installation, spoken, departed)

    async def _start_up(self) -> None:
        """Say that we started once the first verdicts are in, and go on for ever."""
        await first_verdicts(
            self._adoption.plan, self._follower, self._clock, self._looker.has_seen_all
        )
        self._settled.set()
        if self._adoption.plan.policy.startup:
            await say_startup(self._ground.store, self._ground.page_no, self._clock)
            self._follower.hurry()
        await asyncio.Event().wait()

    async def _remind(self) -> None:
        """Remind of open alerts, once the first verdicts say which of them are still true."""
        await self._settled.wait()
        await self._reminders.run()

    async def _end(self, listener: Listener, running: list[asyncio.Task[None]]) -> None:
        """Finish what was begun and leave, in eight seconds, whatever hangs."""
        listener.stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FINISH_S):
                await self._speaker.finish()
                await asyncio.wait(running[:1])
        await self._leave(running)

    async def _leave(self, running: list[asyncio.Task[None]]) -> None:
        for task in running:
            task.cancel()
        with contextlib.suppress(TimeoutError, StoreRefused):
            async with asyncio.timeout(LEAVE_S):
                await asyncio.gather(*running, return_exceptions=True)
                await self._workers.leave()
                await self._notebook.flush()

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
            is_old=self._follower.is_old,
            followed_at=self._follower.followed_at,
            door=self._door,
            desk=Desk(self._ground.store, self._follower, self._clock),
            clock=self._clock,
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
