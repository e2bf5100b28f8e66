"""How whoever brought a report learns what became of it."""

import asyncio
from collections.abc import Callable, Coroutine

import pytest

from tests.house import HEALTHY, REPORTER, name
from watchkeeper.core.report import Report
from watchkeeper.judge.outcome import Outcome
from watchkeeper.judge.passage import Passage
from watchkeeper.store.errors import StoreRefused


def begun() -> Passage:
    return Passage((name("web:push:1"), REPORTER), Report(status=HEALTHY, source=REPORTER))


def running(test: Callable[[], Coroutine[None, None, None]]) -> Callable[[], None]:
    return lambda: asyncio.run(test())


@running
async def test_who_waits_is_told_the_outcome() -> None:
    passage = begun()
    waits = asyncio.ensure_future(passage)
    await asyncio.sleep(0)
    passage.settle(Outcome.FULL)
    assert await waits is Outcome.FULL


@running
async def test_who_asks_late_is_told_too() -> None:
    passage, told = begun(), asyncio.Event()
    passage.settle(Outcome.TAKEN)
    passage.add_done_callback(lambda _: told.set())
    await told.wait()
    assert await passage is Outcome.TAKEN


@running
async def test_one_that_was_not_taken_raises_why() -> None:
    passage = begun()
    passage.fail(StoreRefused("disk full"))
    with pytest.raises(StoreRefused, match="disk full"):
        await passage


@running
async def test_what_was_said_stays_said_and_is_said_once() -> None:
    passage = begun()
    told: list[Passage] = []
    passage.add_done_callback(told.append)
    assert not passage.done()
    passage.settle(Outcome.TAKEN)
    passage.fail(StoreRefused("too late"))
    passage.settle(Outcome.UNKNOWN)
    assert (told, passage.result()) == ([passage], Outcome.TAKEN)


@running
async def test_one_who_breaks_when_told_is_in_nobodys_way() -> None:
    def breaks(passage: Passage) -> None:
        raise ArithmeticError(passage.result())

    passage = begun()
    passage.add_done_callback(breaks)
    passage.settle(Outcome.TAKEN)
    assert passage.done()


@running
async def test_one_who_waits_no_more_is_in_nobodys_way() -> None:
    passage = begun()
    waits = asyncio.ensure_future(passage)
    await asyncio.sleep(0)
    waits.cancel()
    passage.settle(Outcome.TAKEN)
    assert passage.result() is Outcome.TAKEN
