"""Unrecorded: what is said while the store refuses, and put right when it keeps again."""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from uuid import uuid4

from watchkeeper.core.alert import Leaving, Member, Return
from watchkeeper.core.delivery import DeliveryError
from watchkeeper.core.facts import Facts, Kind
from watchkeeper.core.lane import SEND_MS
from watchkeeper.core.message import Message, MessageKind
from watchkeeper.core.pace import news_due
from watchkeeper.core.reason import words
from watchkeeper.core.report import ReplicaName
from watchkeeper.core.status import Status
from watchkeeper.judge.recording import Recording
from watchkeeper.speak.speaker import Speaker
from watchkeeper.speak.talk import Means
from watchkeeper.speak.tongue import Tongue
from watchkeeper.store import gate, notification
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.errors import StoreRefused

PATIENCE_MS = 30_000
EVERY_MS = 1_000
Since = tuple[int, int]
log = logging.getLogger(__name__)


class Unrecorded:
    """Speaks from memory when commits have been refused for 30 s; *file* remembers it.

    *settled* is awaited before something said under an earlier start is put right: only
    then do we know what is dead.
    """

    def __init__(
        self,
        means: Means,
        speaker: Speaker,
        recording: Recording,
        file: Path,
        settled: Callable[[], Awaitable[None]],
    ) -> None:
        self._means = means
        self._speaker = speaker
        self._recording = recording
        self._file = file
        self._settled = settled
        self._clock = means.outside.clock
        self._said = 0
        self._step = 0
        self._dead: dict[ReplicaName, Since] = {}

    async def run(self) -> None:
        """Watch over the store until cancelled."""
        self._dead = _load(self._file)
        if self._dead:
            await self._settled()
        while True:
            since, now = self._recording.refused_since, self._clock.steady()
            if since is not None and now - since >= PATIENCE_MS:
                await self._speak(now)
            elif since is None and self._dead:
                await self._resume()
            await self._clock.sleep(EVERY_MS)

    async def _speak(self, now: int) -> None:
        """Say who is dead in our own view, if that is news and its time has come."""
        dead = self._recording.dead(self._means.follower.view)
        new = dead.keys() - self._dead.keys()
        paces = [tongue.pace_ms for tongue in self._speaker.tongues.values()]
        if not new or not paces or now < news_due(self._said, self._step, paces[0]):
            return
        self._dead |= {name: (now, self._clock.wall()) for name in dead if name in new}
        _save(self._file, self._dead)
        self._said, self._step = now, self._step + 1
        await asyncio.gather(*(self._send(t, dead) for t in self._speaker.tongues.values()))

    async def _send(self, tongue: Tongue, dead: Mapping[ReplicaName, str]) -> None:
        message = Message(
            id=str(uuid4()),
            kind=MessageKind.CHANGED,
            status=Status.DEAD,
            at=self._clock.wall(),
            page_title=tongue.page.title,
            page_url=tongue.page.url.text,
            replicas=tuple(dead),
            reasons={str(name): words(code) for name, code in dead.items()},
            is_unrecorded=True,
        )
        try:
            async with asyncio.timeout(SEND_MS / 1000):
                await tongue.send(message, tongue.channel.settings, self._means.outside)
        except (DeliveryError, TimeoutError) as error:
            log.warning("channel %s: %s", tongue.channel.key, error)

    async def _resume(self) -> None:
        """Save that recording works again, and who of those called dead is not."""
        dead = self._recording.dead(self._means.follower.view)
        alive = {name: since for name, since in self._dead.items() if name not in dead}
        page_no = self._means.follower.page_no
        status = Status.DEAD if dead else Status.HEALTHY
        now = (self._clock.steady(), self._clock.wall())
        job = partial(_resumed, page_no=page_no, alive=alive, status=status, now=now)
        with suppress(StoreRefused):
            await self._means.store.write(job)
            self._means.follower.hurry()
            self._recording.forget()
            self._dead, self._said, self._step = {}, 0, 0
            self._file.unlink(missing_ok=True)


def _resumed(
    cursor: Cursor, page_no: int, alive: Mapping[ReplicaName, Since], status: Status, now: Since
) -> None:
    """Write it with the worse of what is recorded and what we know, which may not be so yet."""
    page = gate.enter(cursor, page_no, now[0])
    back = tuple(
        Return(
            member=Member(replica=name, died=died, dead_at=dead_at),
            back=page.steady,
            back_at=now[1],
            why=Leaving.RECOVERED,
        )
        for name, (died, dead_at) in sorted(alive.items())
    )
    facts = Facts(
        kind=Kind.RESUMED, steady=page.steady, at=now[1], status=max(page.status, status), back=back
    )
    notification.insert(cursor, page_no, facts)


def _load(file: Path) -> dict[ReplicaName, Since]:
    try:
        rows = json.loads(file.read_text())
        return {ReplicaName(*name): (died, dead_at) for name, died, dead_at in rows}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        log.warning("%s cannot be read and is passed over: %s", file, error)
        return {}


def _save(file: Path, dead: Mapping[ReplicaName, Since]) -> None:
    """Write the file so that it is whole or not there; a full disk does not silence us."""
    draft = file.with_suffix(".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w") as text:
            json.dump([[list(name), *since] for name, since in dead.items()], text)
            text.flush()
            os.fsync(text.fileno())
        draft.replace(file)
    except OSError as error:
        log.warning("%s cannot be written: %s", file, error)
