"""Ground: what a process stands on once its store is open, and where its clock goes on."""

import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple
from uuid import UUID

from watchkeeper.core.steady import ClockMark, resume
from watchkeeper.judge.follow import Follower
from watchkeeper.outside.clock import Clock
from watchkeeper.outside.outside import Outside
from watchkeeper.store import gate, history, meta, worker
from watchkeeper.store.cursor import Cursor, Store

PAUSE_MS = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """The world, the store, what is known of its page, and who we are.

    *worker* is the name of this process among the workers, another one at each start.
    """

    outside: Outside
    store: Store
    follower: Follower
    installation: UUID
    worker: str

    @property
    def clock(self) -> Clock:
        """Return the clock of the world."""
        return self.outside.clock

    @property
    def page_no(self) -> int:
        """Return the number of the page."""
        return self.follower.page_no


async def break_ground(outside: Outside, store: Store, *, is_alone: bool) -> Ground:
    """Find the page and set the steady clock where it stood.

    *is_alone* says that the store is a file that only we hold: every other worker is dead.
    """
    clock = outside.clock
    if is_alone:
        await store.write(worker.bury_all)
    others = await _others_live(outside, store)
    found = await store.write(partial(_begin, at=clock.wall(), others=others))
    now = ClockMark(clock.boot_id(), 0, clock.boottime(), clock.wall())  # the write took its time
    clock.adopt(resume(now, found.marks, found.steady, others=others))
    return Ground(
        outside=outside,
        store=store,
        follower=Follower(store, clock, found.page_no),
        installation=found.installation,
        worker=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}",
    )


async def _others_live(outside: Outside, store: Store) -> bool:
    """Return whether a worker beats; where its boot tells us the time, nobody must ask."""
    clock = outside.clock
    marks = await store.read(meta.clocks)
    before = await store.read(_beats)
    if not before or any(mark.boot_id == clock.boot_id() for mark in marks):
        return bool(before)
    await clock.sleep(2 * worker.BEAT_MS)
    return bool(set((await store.read(_beats)).items()) - set(before.items()))


def _beats(cursor: Cursor) -> Mapping[str, int]:
    return {row.name: row.beat for row in worker.all_workers(cursor)}


class _Found(NamedTuple):
    """The page as it was left, and where the clocks stood under each boot."""

    page_no: int
    installation: UUID
    steady: int
    marks: Sequence[ClockMark]


def _begin(cursor: Cursor, at: int, *, others: bool) -> _Found:
    page_no = meta.page_no(cursor, at)
    marks = meta.clocks(cursor)
    if marks and not others:
        _note_absence(cursor, page_no, max(mark.wall for mark in marks), at)
    steady = gate.read(cursor, page_no).steady
    return _Found(page_no, meta.installation(cursor), steady, marks)


def _note_absence(cursor: Cursor, page_no: int, since_at: int, until_at: int) -> None:
    """Write that nobody watched from the last beat until now."""
    if until_at - since_at > PAUSE_MS:
        history.add_blind(cursor, page_no, (since_at, until_at), "monitor off")
