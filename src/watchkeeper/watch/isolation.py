"""Isolation: tells "we are offline" from "they are dead", at the moment of each doubt.

A look that fails at a target outside this machine is believed only while our anchors answer.
While they do not, whoever cannot be reached is blind, and silence is not believed either. When
somebody outside answers again, everything is looked at at once, and one message says from when
to when we were cut off.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlsplit

from watchkeeper.core.facts import Kind, of_page
from watchkeeper.core.isolation import is_cut_off
from watchkeeper.core.moment import Moment
from watchkeeper.core.reason import Reason
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.judge.ground import Ground
from watchkeeper.outside import anchors
from watchkeeper.outside.clock import this_moment
from watchkeeper.outside.connect import Place
from watchkeeper.store import gate, history, notification, trouble
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.patience import write_at_last
from watchkeeper.watch.look import Aim

ISOLATED = "isolated"
MOST_UNTOLD = 100
_SEEN = frozenset({Status.HEALTHY, Status.SICK})
_OF_THE_NETWORK = frozenset({"local", "resolver"})
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Blackout:
    """A time in which we were cut off."""

    since: Moment
    until: Moment


class Isolation:
    """Whether this process is cut off from everything outside its machine, and since when."""

    def __init__(
        self, ground: Ground, find_gateway: Callable[[], str] = anchors.default_gateway
    ) -> None:
        self.anchors: Sequence[Place] = ()
        self._on_return: list[Callable[[], None]] = []
        self._find_gateway = find_gateway
        self._ground = ground
        self._outside = ground.outside
        self._gateway = ""
        self._since: Moment | None = None
        self._returned = 0
        self._over: deque[Blackout] = deque()
        self._is_over = asyncio.Event()
        self._asking = asyncio.Lock()
        self._asked = 0
        self._answer = False

    def on_return(self, call: Callable[[], None]) -> None:
        """Make *call* whenever somebody outside answers again."""
        self._on_return.append(call)

    def doubts(self, report: Report) -> bool:
        """Return whether *report* must be judged: good news need not, unless we are cut off."""
        return self._since is not None or report.status not in _SEEN

    async def judged(self, aim: Aim, report: Report, began: int) -> Report:
        """Return *report*, or blind in its place where we cannot know for being cut off.

        A look that *began*, at a steady moment, while we were says nothing against its target.
        """
        if report.status in _SEEN:
            if self._since and await self._is_outside(aim):
                self._end()
            return report
        is_doubtful = report.status is Status.DEAD or report.reason.code in _OF_THE_NETWORK
        if is_doubtful and await self._is_outside(aim) and await self._was_cut_off(began):
            detail = f"this monitor is cut off: {report.reason.detail or report.reason.code}"
            return report._replace(status=Status.BLIND, reason=Reason(ISOLATED, detail))
        return report

    async def is_cut_off(self) -> bool:
        """Return whether we are cut off, by what the anchors say from this moment on.

        All who ask meanwhile get the answer of one asking, which began after they did.
        """
        came = self._outside.clock.steady()
        async with self._asking:
            if self._asked <= came:
                self._asked = self._outside.clock.steady() + 1
                self._answer = await self._ask()
        return self._answer

    async def _was_cut_off(self, began: int) -> bool:
        return await self.is_cut_off() or began <= self._returned

    async def run(self) -> None:
        """Say of each isolation that is over from when to when it was, until cancelled."""
        self._gateway = self._find_gateway()
        while True:
            while self._over:
                await self._say(self._over[0])
                self._over.popleft()
            self._is_over.clear()
            await self._is_over.wait()

    async def _ask(self) -> bool:
        # A link that goes down takes its route along: the router stays an anchor.
        self._gateway = self._find_gateway() or self._gateway
        began = self._outside.clock.steady()
        answers = await anchors.answers(self.anchors, self._gateway, self._outside)
        if not is_cut_off(answers):
            self._end()
            return False
        if began <= self._returned:  # a look came through meanwhile: this silence is an old one
            return False
        if self._since is None:
            self._since = this_moment(self._outside.clock)
            log.warning("this monitor is cut off: none of its anchors can be reached")
        return True

    def _end(self) -> None:
        if self._since is None:
            return
        now = this_moment(self._outside.clock)
        since = self._since
        if len(self._over) == MOST_UNTOLD:  # the store refuses: what lies between is not known, too
            since = self._over.pop().since
        self._over.append(Blackout(since, now))
        self._since, self._returned = None, now.steady
        self._is_over.set()
        for call in self._on_return:
            call()

    async def _say(self, blackout: Blackout) -> None:
        ground = self._ground
        job = partial(say, page_no=ground.page_no, blackout=blackout)
        await write_at_last(ground.store, job, ground.clock, "the isolation is not recorded yet")

    async def _is_outside(self, aim: Aim) -> bool:
        """Return whether *aim* is not on this machine; a script may look anywhere."""
        host = urlsplit(aim.address).hostname if aim.kind != "script" else None
        return host is None or not await anchors.is_here(host, self._outside)


def say(cursor: Cursor, page_no: int, blackout: Blackout) -> None:
    """Write, behind the gate, that we were blind for a while, and whom nobody could hear.

    Several processes that were cut off together say it once.
    """
    page = gate.enter(cursor, page_no, blackout.until.steady)
    now = blackout.until.moved_to(page.steady)
    gate.hear_anew(cursor, page_no, now.steady)
    history.add_blind(cursor, page_no, (blackout.since.at, blackout.until.at), ISOLATED)
    if notification.last_said(cursor, page_no, Kind.ISOLATED) >= blackout.since.steady:
        return
    status = trouble.said_status(cursor, page_no)
    said = of_page(Kind.ISOLATED, status, now, since_at=blackout.since.at)
    notification.insert(cursor, page_no, said)
