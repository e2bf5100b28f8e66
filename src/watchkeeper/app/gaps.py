"""Gaps: what follows when this process stood still."""

import asyncio
import logging
from collections.abc import Callable
from functools import partial

from watchkeeper.judge.ground import PAUSE_MS, Ground
from watchkeeper.store import history
from watchkeeper.store.errors import StoreRefused
from watchkeeper.watch.pulse import Gap

log = logging.getLogger(__name__)


class Gaps:
    """Has everything be forgotten that a gap makes doubtful, and keeps the long ones."""

    def __init__(self, ground: Ground, forget: Callable[[], None]) -> None:
        self._ground = ground
        self._forget = forget
        self._recording: set[asyncio.Task[None]] = set()

    def note(self, gap: Gap) -> None:
        """We were stopped: nothing that was seen, known or carried before counts now."""
        log.warning("the monitor stood still for %s ms", gap.ms)
        self._forget()
        if gap.ms > PAUSE_MS:
            task = asyncio.get_running_loop().create_task(self._record(gap))
            self._recording.add(task)
            task.add_done_callback(self._recording.discard)

    async def _record(self, gap: Gap) -> None:
        span = (gap.until_at - gap.ms, gap.until_at)
        page_no = self._ground.page_no
        job = partial(history.add_blind, page_no=page_no, span_at=span, why="monitor paused")
        try:
            await self._ground.store.write(job)
        except StoreRefused as error:
            log.warning("the pause is not recorded: %s", error)
