"""How those who need the store go on while it refuses, and when they are told of a mistake."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import pytest

from tests.house import FakeClock
from tests.stores import Around, T
from watchkeeper.store.cursor import Cursor, Store, Track, Transaction
from watchkeeper.store.errors import StoreRefused
from watchkeeper.store.opening import open_to_serve
from watchkeeper.store.patience import EVERY_MS, attempt, rounds, write_at_last


class Enough(Exception):
    """Ends what would go on for ever."""


class Sleeper(FakeClock):
    """A clock that notes for how long everybody sleeps, a few times at most."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.slept: list[int] = []
        self._times = times

    async def sleep(self, ms: int) -> None:
        self.slept.append(ms)
        if len(self.slept) == self._times:
            raise Enough


class Refusing(Around):
    """A store that refuses to write, as often as it is told."""

    def __init__(self, store: Store, times: int) -> None:
        super().__init__(store)
        self.times = times
        self.tracks: list[Track] = []

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        self.tracks.append(track)
        if len(self.tracks) <= self.times:
            raise StoreRefused("the disk is full")
        return await super().write(transaction, track)


def in_turn(*outcomes: int | Exception | None) -> Callable[[], Awaitable[int | None]]:
    """Return what does one of *outcomes* each time that it is called."""
    left = iter(outcomes)

    async def go_round() -> int | None:
        outcome = next(left)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    return go_round


def test_a_round_is_a_second_or_as_long_as_it_says_itself() -> None:
    clock = Sleeper(times=4)
    with pytest.raises(Enough):
        asyncio.run(rounds(in_turn(None, 250, 0, None), clock, "nobody can be held"))
    assert clock.slept == [EVERY_MS, 250, 0, EVERY_MS]


def test_a_round_that_the_store_refuses_is_gone_a_second_later_and_no_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    clock = Sleeper(times=3)
    refused = StoreRefused("the disk is full")
    with pytest.raises(Enough):
        asyncio.run(rounds(in_turn(250, refused, 250), clock, "nobody can be held"))
    assert clock.slept == [250, EVERY_MS, 250]
    assert _said(caplog) == [(logging.DEBUG, "nobody can be held: the disk is full")]


def test_a_mistake_ends_the_rounds() -> None:
    clock = Sleeper(times=3)
    with pytest.raises(ZeroDivisionError):
        asyncio.run(rounds(in_turn(None, ZeroDivisionError()), clock, "nobody can be held"))
    assert clock.slept == [EVERY_MS]


def test_an_attempt_that_the_store_refuses_is_no_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    refused = StoreRefused("the disk is full")
    asyncio.run(attempt(in_turn(refused)(), "nothing was packed"))
    assert _said(caplog) == [(logging.DEBUG, "nothing was packed: the disk is full")]


def test_a_mistake_in_an_attempt_is_told_in_full_and_ends_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    asyncio.run(attempt(in_turn(ZeroDivisionError("by nothing"))(), "nothing was packed"))
    assert _said(caplog) == [(logging.ERROR, "nothing was packed; it is tried again")]
    assert "ZeroDivisionError: by nothing" in caplog.text


def test_who_is_cancelled_in_an_attempt_is_cancelled() -> None:
    async def main() -> bool:
        task = asyncio.create_task(attempt(asyncio.Event().wait(), "nothing was packed"))
        await asyncio.sleep(0)
        task.cancel()
        await asyncio.wait([task])
        return task.cancelled()

    assert asyncio.run(main())


@pytest.mark.parametrize("times", [0, 3])
def test_what_must_be_written_is_written_once_on_its_track_however_long_that_takes(
    store_url: str, times: int
) -> None:
    clock = Sleeper(times=10)

    async def main() -> tuple[list[Track], list[str]]:
        store = await open_to_serve(store_url)
        try:
            disk = Refusing(store, times)
            await write_at_last(disk, _say, clock, "it cannot be told yet", Track.SPEAK)
            rows = await store.read(lambda c: c.rows("SELECT value FROM meta WHERE key = 'said'"))
            return disk.tracks, [value for (value,) in rows]
        finally:
            await store.close()

    assert asyncio.run(main()) == ([Track.SPEAK] * (times + 1), ["yes"])
    assert clock.slept == [EVERY_MS] * times


def _say(cursor: Cursor) -> None:
    cursor.run("INSERT INTO meta (key, value) VALUES ('said', 'yes')")


def _said(caplog: pytest.LogCaptureFixture) -> list[tuple[int, str]]:
    named = "watchkeeper.store.patience"
    return [(one.levelno, one.getMessage()) for one in caplog.records if one.name == named]
