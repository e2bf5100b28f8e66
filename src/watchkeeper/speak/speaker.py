"""Speaker: takes the channels that are this worker's, and lets their lanes talk."""

import asyncio
from collections.abc import Callable
from functools import partial

from watchkeeper.core.lane import SEND_MS
from watchkeeper.judge.ground import Ground
from watchkeeper.speak.talk import Talk
from watchkeeper.speak.thought import Tenure
from watchkeeper.speak.tongue import LaneName, Tongues
from watchkeeper.store import channel as channel_rows
from watchkeeper.store import lane as lane_rows
from watchkeeper.store.channel import ChannelRow
from watchkeeper.store.cursor import Cursor, Track
from watchkeeper.store.patience import rounds


class Speaker:
    """The channels that this worker holds, with a task for each of their lanes.

    *speaks* tells whether a channel is this worker's, while the page has the plan of a digest.
    """

    def __init__(self, ground: Ground, speaks: Callable[[str, str], bool]) -> None:
        self.tongues: Tongues = {}
        self._ground = ground
        self._speaks = speaks
        self._fences: dict[str, int] = {}
        self._talks: dict[int, tuple[Talk, asyncio.Task[None]]] = {}
        self._is_ending = False

    async def run(self) -> None:
        """Hold what is ours, once a second, until cancelled.

        What is another's ends by itself: its new holder raises the fence.
        """
        await rounds(self.look_around, self._ground.clock, "the channels cannot be read")

    async def finish(self) -> None:
        """Let what is being sent arrive, within the deadline of a send; begin nothing new."""
        self._is_ending = True
        for talk, task in self._talks.values():
            talk.end()
            if not talk.is_telling:
                task.cancel()
        telling = [task for talk, task in self._talks.values() if talk.is_telling]
        if telling:
            await asyncio.wait(telling, timeout=SEND_MS / 1000)
        for _, task in self._talks.values():
            task.cancel()

    async def look_around(self) -> None:
        """Begin to talk on every lane that is ours and that nobody talks on."""
        page = self._ground.follower.view.page
        if page is None or self._is_ending:
            return
        for key in dict.fromkeys(name.channel for name in self.tongues):
            if self._speaks(key, page.plan_hash):
                await self._hold(key)

    async def _hold(self, key: str) -> None:
        job = partial(_channel, page_no=self._ground.page_no, key=key)
        found = await self._ground.store.read(job)
        if found is None:
            return
        row, lanes = found
        is_ours = row.holder == self._ground.worker and row.fence == self._fences.get(key)
        if not is_ours and not await self._take(row):
            return
        for target, lane in lanes.items():
            known = self._talks.get(lane)
            if known is None or known[1].done():
                self._talks[lane] = self._begin(LaneName(key, target), row.no, lane)

    async def _take(self, row: ChannelRow) -> bool:
        me = self._ground.worker
        job = partial(channel_rows.take, channel_no=row.no, holder=me, fence=row.fence)
        taken = await self._ground.store.write(job, Track.SPEAK)
        if taken:
            self._fences[row.key] = row.fence + 1
        return taken

    def _begin(
        self, name: LaneName, channel_no: int, lane_no: int
    ) -> tuple[Talk, asyncio.Task[None]]:
        page_no = self._ground.page_no
        fence = self._fences[name.channel]
        tenure = Tenure(page_no, channel_no, lane_no, name.channel, fence)
        talk = Talk(self._ground, lambda: self.tongues.get(name), tenure)
        return talk, asyncio.create_task(talk.run(), name=f"lane {lane_no}")


def _channel(cursor: Cursor, page_no: int, key: str) -> tuple[ChannelRow, dict[str, int]] | None:
    for row in channel_rows.of_page(cursor, page_no):
        if row.key == key and row.gone_at is None:
            return row, {target: lane.no for target, lane in lane_rows.lanes(cursor, row.no)}
    return None
