"""Housekeeping: what is old is forgotten hourly, by one worker, as soon as the store lets it."""

import asyncio
import logging
from functools import partial
from typing import cast

import pytest

from tests.house import House, ended, house
from tests.loop import in_loop
from tests.story import Busy, StoryClock
from watchkeeper.core.moment import HOUR_MS
from watchkeeper.store import audit
from watchkeeper.store.audit import Deed
from watchkeeper.store.retention import TOLD_MS
from watchkeeper.watch.housekeeping import WORK, keep_house


async def act_long_ago(home: House) -> None:
    deed = partial(audit.add, now=home.now(), deed=Deed("manager", "mute"))
    await home.store.write(deed)
    home.clock.pass_ms(2 * TOLD_MS)


async def pass_an_hour(clock: StoryClock) -> None:
    """Let an hour pass, and what is done after it be done."""
    await _until_it_sleeps(clock)
    clock.move_to(clock.steady() + HOUR_MS)
    await _until_it_sleeps(clock)


async def _until_it_sleeps(clock: StoryClock) -> None:
    while clock.next_wake() is None:  # noqa: ASYNC110 - nobody tells
        await asyncio.sleep(0.01)


async def remembered(home: House) -> int:
    return len(await home.rows("SELECT 1 FROM audit"))


@in_loop
async def test_what_the_store_does_not_let_go_is_forgotten_an_hour_later_and_that_is_no_news(
    store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    clock = StoryClock()
    async with house(store_url, clock=clock, around=Busy) as home:
        disk = cast("Busy", home.store)
        await act_long_ago(home)
        running = asyncio.create_task(keep_house(home.post()))
        disk.refuses = True
        await pass_an_hour(clock)
        disk.refuses = False
        assert await remembered(home) == 1
        await pass_an_hour(clock)
        assert await remembered(home) == 0
        assert caplog.messages == []
        await ended([running])


@in_loop
async def test_whoever_does_not_keep_house_forgets_nothing(store_url: str) -> None:
    clock = StoryClock()
    async with house(store_url, clock=clock) as home:
        idle, busy = await home.pair(WORK)
        await act_long_ago(home)
        for post, left in ((idle, 1), (busy, 0)):
            running = asyncio.create_task(keep_house(post))
            await pass_an_hour(clock)
            assert await remembered(home) == left
            await ended([running])
