import asyncio

import pytest

from tests.loop import in_loop
from watchkeeper.app.works import Stopped, WorkEnded, complain, first_end, unless_stopped
from watchkeeper.store.errors import StoreUnusable


async def never() -> None:
    await asyncio.Event().wait()


async def broken(error: Exception) -> None:
    raise error


async def ended(error: Exception) -> "asyncio.Task[None]":
    task = asyncio.create_task(broken(error), name="the beat")
    await asyncio.wait([task])
    return task


@in_loop
async def test_work_that_ends_in_time_gives_its_result_or_its_error() -> None:
    assert await unless_stopped(asyncio.Event(), asyncio.sleep(0, "done")) == "done"
    with pytest.raises(OSError, match="no way"):
        await unless_stopped(asyncio.Event(), broken(OSError("no way")))


@in_loop
async def test_work_is_cancelled_when_the_process_is_to_stop_before_its_end() -> None:
    stopping, cancelled = asyncio.Event(), asyncio.Event()

    async def working() -> None:
        stopping.set()
        try:
            await never()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    with pytest.raises(Stopped):
        await unless_stopped(stopping, working())
    assert cancelled.is_set()


@in_loop
async def test_the_first_that_ends_is_found_among_those_that_run_on() -> None:
    short, long = asyncio.create_task(asyncio.sleep(0)), asyncio.create_task(never())
    assert await first_end(asyncio.Event(), [long, short]) == [short]
    stopping = asyncio.Event()
    stopping.set()
    assert await first_end(stopping, [long]) == []
    long.cancel()


@in_loop
async def test_who_ended_is_named_with_its_reason() -> None:
    with pytest.raises(WorkEnded, match=r"the beat ended: KeyError: 'row'"):
        complain([await ended(KeyError("row"))])
    with pytest.raises(StoreUnusable, match="not ours"):
        complain([await ended(StoreUnusable("not ours"))])
