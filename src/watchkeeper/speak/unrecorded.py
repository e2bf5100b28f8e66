"""Unrecorded: what is said while the store refuses, and put right when it keeps again."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from uuid import uuid4

from watchkeeper.core.alert import Leaving, Member, Return
from watchkeeper.core.facts import Facts, Kind, of_page
from watchkeeper.core.hearing import Hearing
from watchkeeper.core.lane import SEND_MS
from watchkeeper.core.message import Message, MessageKind
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.reason import words
from watchkeeper.core.status import Status
from watchkeeper.judge.ground import Ground
from watchkeeper.judge.recording import Recording
from watchkeeper.judge.view import View
from watchkeeper.outside.clock import this_moment
from watchkeeper.speak import memory
from watchkeeper.speak.mask import masked
from watchkeeper.speak.speaker import Speaker
from watchkeeper.speak.tongue import LaneName, Tongue
from watchkeeper.store import gate, notification, trouble
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.errors import StoreRefused

PATIENCE_MS = 30_000
EVERY_MS = 1_000
log = logging.getLogger(__name__)


class Unrecorded:
    """Speaks from memory when commits have been refused for 30 s; *file* remembers it.

    *settled* is awaited before something said under an earlier start is put right: only
    then do we know what is dead.
    """

    def __init__(
        self,
        ground: Ground,
        speaker: Speaker,
        recording: Recording,
        file: Path,
        settled: Callable[[], Awaitable[object]],
    ) -> None:
        self._ground = ground
        self._speaker = speaker
        self._recording = recording
        self._file = file
        self._settled = settled
        self._clock = ground.clock
        self._dead = memory.read(file)
        self._told: dict[LaneName, _Told] = {}
        self._resumed: Facts | None = None

    async def run(self) -> None:
        """Watch over the store until cancelled."""
        if self._dead:
            await self._settled()
        while True:
            since, now = self._recording.refused_since, self._clock.steady()
            if since is not None and now - since.steady >= PATIENCE_MS:
                await self._speak()
            elif since is None and self._dead:
                await self._resume()
            await self._clock.sleep(EVERY_MS)

    async def _speak(self) -> None:
        """Say who is dead in our own view, on each channel that has not taken it yet."""
        view = self._ground.follower.view
        found = self._recording.dead(view)
        dead = {name: code for name, code in found.items() if not view.is_held(name)}
        new = {name for name in dead if not _is_recorded(view, name)}
        if new - self._dead.keys():
            self._dead |= dict.fromkeys(new - self._dead.keys(), this_moment(self._clock))
            await asyncio.to_thread(memory.write, self._file, dict(self._dead))
        due = [item for item in self._speaker.tongues.items() if self._is_due(*item, new)]
        await asyncio.gather(
            *(self._send(name, tongue, _heard(tongue.hearing, dead)) for name, tongue in due)
        )

    def _is_due(self, name: LaneName, tongue: Tongue, new: AbstractSet[ReplicaName]) -> bool:
        told = self._told.setdefault(name, _Told())
        mine = _heard(tongue.hearing, dict.fromkeys(new, ""))
        is_news = bool(mine.keys() - told.names)
        return is_news and self._clock.steady() >= tongue.pace.news_due(told.said, told.step)

    async def _send(self, name: LaneName, tongue: Tongue, dead: Mapping[ReplicaName, str]) -> None:
        told = self._told[name]
        told.said, told.step = self._clock.steady(), told.step + 1
        message = Message(
            id=str(uuid4()),
            kind=MessageKind.CHANGED,
            status=Status.DEAD,
            at=self._clock.wall(),
            page_title=tongue.sender.page.title,
            page_url=tongue.sender.page.url.text,
            replicas=tuple(dead),
            reasons={str(name): words(code) for name, code in dead.items()},
            is_unrecorded=True,
        )
        try:
            async with asyncio.timeout(SEND_MS / 1000):
                await tongue.send(message, tongue.settings, self._ground.outside)
        except Exception as error:  # noqa: BLE001 - no notifier's mistake may silence the others
            said = masked(f"{type(error).__name__}: {error}", tongue.settings)
            log.warning("channel %s: %s", name.channel, said)
        else:
            told.names |= dead.keys()

    async def _resume(self) -> None:
        """Save that recording works again, and who of those called dead is not."""
        self._resumed = self._resumed or self._right()
        job = partial(_say_once, page_no=self._ground.page_no, facts=self._resumed)
        with suppress(StoreRefused):
            await self._ground.store.write(job)
            self._ground.follower.hurry()
            self._dead, self._told, self._resumed = {}, {}, None
            await asyncio.to_thread(memory.forget, self._file)

    def _right(self) -> Facts:
        """Return what puts right what was said, with the worse of what is recorded and known."""
        view = self._ground.follower.view
        dead = self._recording.dead(view)
        now = this_moment(self._clock)
        back = tuple(
            Return(
                member=Member(replica=name, died=died.steady, dead_at=died.at),
                back=now.steady,
                back_at=now.at,
                why=Leaving.RECOVERED,
            )
            for name, died in sorted(self._dead.items(), key=lambda item: item[0])
            if name not in dead
        )
        is_said = any(not view.is_held(name) for name in dead)
        status = Status.DEAD if is_said else Status.HEALTHY
        return replace(of_page(Kind.RESUMED, status, now), back=back)


@dataclass(slots=True)
class _Told:
    """What one target has taken while nothing was recorded, and its pace."""

    names: set[ReplicaName] = field(default_factory=set)
    said: int = 0
    step: int = 0


def _is_recorded(view: View, name: ReplicaName) -> bool:
    row = view.replica(name)
    return row is not None and row.status is Status.DEAD


def _heard(hearing: Hearing, dead: Mapping[ReplicaName, str]) -> dict[ReplicaName, str]:
    if hearing.reminders_only:
        return {}
    return {name: code for name, code in dead.items() if hearing.covers(name)}


def _say_once(cursor: Cursor, page_no: int, facts: Facts) -> None:
    """Write *facts* behind the gate, unless a commit whose answer was lost did so."""
    gate.enter(cursor, page_no, facts.steady)
    if not notification.is_said(cursor, page_no, facts.kind, facts.at):
        status = trouble.said_status(cursor, page_no)
        said = replace(facts, status=max(status, facts.status))
        notification.insert(cursor, page_no, said)
