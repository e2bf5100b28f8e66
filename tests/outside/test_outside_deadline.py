import asyncio
import time

import pytest

from tests.loop import in_loop
from watchkeeper.outside.deadline import TICK_S, Deadlines


@in_loop
async def test_what_waits_too_long_is_ended_and_the_task_goes_on() -> None:
    deadlines = Deadlines()
    with pytest.raises(TimeoutError), deadlines.within(0):
        await asyncio.Event().wait()
    await asyncio.sleep(2 * TICK_S)


@in_loop
async def test_what_ends_in_time_is_not_touched() -> None:
    with Deadlines().within(0):
        done = True
    await asyncio.sleep(2 * TICK_S)
    assert done


@in_loop
async def test_each_has_its_own_moment_and_they_come_in_their_order_after_a_stall() -> None:
    deadlines, ended = Deadlines(), []

    async def wait(name: str, ticks: int) -> None:
        try:
            with deadlines.within(ticks * TICK_S):
                await asyncio.Event().wait()
        except TimeoutError:
            ended.append(name)

    async def stand_still() -> None:
        time.sleep(7 * TICK_S)  # noqa: ASYNC251 - as on a busy machine

    await asyncio.gather(wait("late", 6), wait("soon", 1), wait("between", 3), stand_still())
    assert ended == ["soon", "between", "late"]


@in_loop
async def test_who_is_cancelled_by_somebody_else_has_not_been_late() -> None:
    async def wait() -> None:
        with Deadlines().within(60):
            await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
