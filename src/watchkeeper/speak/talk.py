"""Talk: one lane's loop, from what waits in it to a message that arrived."""

import asyncio
import logging
import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from traceback import format_exception

from watchkeeper.core import lane as rules
from watchkeeper.core.delivery import Refused, Unreachable
from watchkeeper.core.lane import CLAIM_MS, FRESH_MS, SEND_MS, Cap, Lane, Pass, Try, Wait
from watchkeeper.core.message import Message
from watchkeeper.judge.ground import Ground
from watchkeeper.outside.clock import this_moment, wait_at_most
from watchkeeper.outside.sending import Sending
from watchkeeper.speak import settle
from watchkeeper.speak.mask import masked
from watchkeeper.speak.settle import Tried
from watchkeeper.speak.thought import Tenure, Thought, think
from watchkeeper.speak.tongue import Tongue
from watchkeeper.store import lane as lane_rows
from watchkeeper.store.cursor import Cursor, Track, Transaction
from watchkeeper.store.errors import StoreRefused
from watchkeeper.store.lane import Claim, Setback
from watchkeeper.store.patience import write_at_last

RETRY_MS = 1_000
LOST_MS = 100
GATHER_MS = 250  # a lane that is held back reads all that waits each time that it thinks
log = logging.getLogger(__name__)


class LostClaim(Exception):
    """Somebody else speaks on this lane by now; nothing was sent."""


class Talk:
    """One lane, spoken by this worker as long as nobody takes its fence away."""

    def __init__(self, ground: Ground, tongue: Callable[[], Tongue | None], tenure: Tenure) -> None:
        self._ground = ground
        self._tongue_now = tongue
        self._tenure = tenure
        self._clock = ground.clock
        self.is_telling = False
        self._is_ending = False

    async def run(self) -> None:
        """Tell what there is to tell until the lane is gone, another's, or we are cancelled."""
        while not self._is_ending and (tongue := self._tongue_now()):
            # What is decided while we think moves the view, and so ends the wait after it.
            revision = self._ground.follower.view.revision
            try:
                thought = await self._think(tongue)
                if thought is None:
                    return
                await self._take(tongue, thought, revision)
            except LostClaim:
                await self._clock.sleep(LOST_MS)
            except StoreRefused as error:
                log.debug("lane %s cannot be read: %s", self._tenure.lane_no, error)
                await self._clock.sleep(RETRY_MS)

    def end(self) -> None:
        """Tell nothing more after what is being told."""
        self._is_ending = True

    async def _think(self, tongue: Tongue) -> Thought | None:
        now = self._clock.steady()

        def job(cursor: Cursor) -> Thought | None:
            # Worded here, in a thread: with thousands of names that would hold the loop.
            thought = think(cursor, self._tenure, tongue.hearing, tongue.pace, now)
            return thought.worded(tongue.sender) if thought else None

        return await self._ground.store.read(job)

    async def _take(self, tongue: Tongue, thought: Thought, revision: int) -> None:
        match thought.step:
            case Wait(until):
                await self._wait(until, revision)
            case Cap(until):
                now = this_moment(self._clock)
                job = partial(settle.capped, tenure=self._tenure, until=until, now=now)
                await self._write(job, Track.GATE)
            case Pass(last):
                await self._write(partial(lane_rows.move, one=thought.lane, told=last))
            case Try(last):
                self.is_telling = True
                try:
                    await self._tell(tongue, thought, last)
                finally:
                    self.is_telling = False

    async def _wait(self, until: int | None, revision: int) -> None:
        wait_ms = None if until is None else max(until - self._clock.steady(), 1)
        await wait_at_most(self._clock, self._ground.follower.moved(revision), wait_ms)
        if until is not None:
            await self._clock.sleep(min(GATHER_MS, max(until - self._clock.steady(), 0)))

    async def _tell(self, tongue: Tongue, thought: Thought, last: int) -> None:
        message = thought.message
        if message is None:
            raise AssertionError("a try has its message when it is worded")
        lane = await self._claim(thought.lane, last, message.id)
        began = self._clock.steady()
        setback, outcome = await self._send(tongue, lane, message)
        tried = Tried(
            tenure=self._tenure,
            lane=lane,
            hearing=tongue.hearing,
            worker=self._ground.worker,
            now=this_moment(self._clock),
            took_ms=self._clock.steady() - began,
            outcome=masked(outcome, tongue.settings),
            is_news=rules.is_news(thought.heard),
            with_startup=rules.has_startup(thought.heard),
        )
        if setback is None:
            await self._write(partial(settle.accepted, tried=tried))
        else:
            await self._fail(thought, tried, setback)

    async def _claim(self, lane: Lane, last: int, message_id: str) -> Lane:
        doubt = rules.doubt_after_claim(lane, last, message_id)
        taken = Claim(last, message_id, doubt, self._clock.steady() + CLAIM_MS)
        job = partial(lane_rows.claim, one=lane, taken=taken, fence=self._tenure.fence)
        if not await self._ground.store.write(job, Track.SPEAK):
            raise LostClaim
        return replace(lane, **taken._asdict(), attempt=lane.attempt + 1)

    async def _send(
        self, tongue: Tongue, lane: Lane, message: Message
    ) -> tuple[Setback | None, str]:
        """Return how the try failed, None where it did not, and the outcome in words."""
        sending = Sending(partial(self._last_check, lane))
        outside = self._ground.outside.for_sending(sending)
        try:
            async with asyncio.timeout(SEND_MS / 1000):
                await tongue.send(message, tongue.settings, outside)
        except LostClaim:
            raise
        except Refused as error:
            return self._refused(lane), f"refused: {error}"
        except Unreachable as error:
            return self._unreachable(lane, error), f"unreachable: {error}"
        except TimeoutError:
            late = Unreachable("no answer in time", maybe=sending.left)
            return self._unreachable(lane, late), f"unreachable: {late}"
        except Exception as error:  # noqa: BLE001 - a mistake of one kind ends no other lane
            return self._broke(tongue, lane, error)
        return None, "accepted"

    def _broke(self, tongue: Tongue, lane: Lane, error: Exception) -> tuple[Setback, str]:
        story = masked("".join(format_exception(error)), tongue.settings)
        log.error("the notifier of %s broke: %s", self._tenure.channel, story)
        words = f"{type(error).__name__}: {error}"
        return self._unreachable(lane, Unreachable(words)), f"broke: {words}"

    async def _last_check(self, lane: Lane) -> None:
        """Claim once more where the claim is old: while we stood still another may speak."""
        now = self._clock.steady()
        if lane.due - now > CLAIM_MS - FRESH_MS:
            return
        job = partial(
            lane_rows.renew,
            lane_no=lane.no,
            attempt=lane.attempt,
            now=now,
            fence=self._tenure.fence,
        )
        try:
            is_ours = await self._ground.store.write(job, Track.SPEAK)
        except StoreRefused as error:
            raise LostClaim from error
        if not is_ours:
            raise LostClaim

    def _refused(self, lane: Lane) -> Setback:
        breaks = rules.is_broken(lane.refusals + 1)
        due = rules.refused_due(self._clock.steady(), broken=breaks)
        return Setback(due=due, clear=True, refused=True, breaks=breaks)

    def _unreachable(self, lane: Lane, error: Unreachable) -> Setback:
        now = self._clock.steady()
        quiet_until = now + error.retry_after_ms if error.retry_after_ms else 0
        due = rules.retry_due(lane.fails + 1, now, random.random())  # noqa: S311 - it spreads tries
        return Setback(due=due, clear=not error.maybe, quiet_until=quiet_until)

    async def _fail(self, thought: Thought, tried: Tried, setback: Setback) -> None:
        level = logging.DEBUG if tried.lane.fails else logging.WARNING
        log.log(level, "channel %s: %s", tried.tenure.channel, tried.outcome)
        await self._write(partial(settle.failed, tried=tried, setback=setback))
        if setback.breaks:
            await self._write(partial(settle.broke, tried=tried), Track.GATE)
        last = rules.too_old(thought.waiting, tried.now.steady)
        if last:
            await self._write(partial(settle.gave_up, tried=tried, last=last), Track.GATE)

    async def _write(self, job: Transaction[object], track: Track = Track.SPEAK) -> None:
        """Write *job*, however long the store refuses it: what was sent must be known."""
        trouble = "what was sent cannot be saved"
        await write_at_last(self._ground.store, job, self._clock, trouble, track)
