"""B14: whatever the shape of the flapping, few messages, and the last of them is true."""

import random
from pathlib import Path

import pytest

from tests.house import DEAD, HEALTHY, House, name, plan
from tests.loop import in_loop
from tests.story import Story, story
from watchkeeper.core.message import Message
from watchkeeper.core.plan import Looking
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status

ONE = "web:api:1"
INTERVALS = 60
MOST_MESSAGES = 6
STRIDE_MS = 60_000
INTERVAL_MS = 120_000
CALM_MS = 3_600_000

Wave = list[Status]
"""What each look at a replica finds, one look after the other."""


def square(period: float, *, ends: Status) -> Wave:
    """A wave of this many intervals, half of it dead; then what it *ends* with."""
    return [HEALTHY if look % period >= period / 2 else DEAD for look in range(INTERVALS)] + [ends]


def telegraph(seed: int) -> Wave:
    """A wave that turns by chance, after one look or five: who rests longer flaps no more."""
    chance = random.Random(seed)
    wave: Wave = []
    while len(wave) < INTERVALS:
        wave += [HEALTHY if wave[-1:] == [DEAD] else DEAD] * chance.randint(1, 5)
    return [*wave[:INTERVALS], HEALTHY]


WAVES: dict[str, Wave] = {
    f"square of {period} I that ends {ends.word}": square(period, ends=ends)
    for period in (0.5, 0.7, 1.3, 2, 3, 5, 7, 10)
    for ends in (DEAD, HEALTHY)
} | {f"telegraph {seed}": telegraph(seed) for seed in range(4)}


async def look_on(day: Story, wave: Wave) -> None:
    """Look at the replica once in each interval, then leave it as it is for long."""
    for found in wave:
        await _take(day.home, found)
        await _pass(day, INTERVAL_MS)
    await _pass(day, CALM_MS)


async def _take(home: House, found: Status) -> None:
    heard = home.clock.steady()
    await home.door.take(name(ONE), Report(status=found, heard=heard, seq=heard))
    home.follower.hurry()


async def _pass(day: Story, ms: int) -> None:
    end = day.clock.steady() + ms
    while day.clock.steady() < end:
        day.clock.move_to(min(day.clock.steady() + STRIDE_MS, end))
        await day.settle()


def last_word(messages: list[Message]) -> Status:
    """Return what whoever heard all *messages* believes of the replica."""
    believed = HEALTHY
    for message in messages:
        if name(ONE) in message.replicas:
            believed = DEAD
        if any(back.replica == name(ONE) for back in message.recovered):
            believed = HEALTHY
        for one in message.stable:
            believed = one.status
    return believed


@pytest.mark.parametrize("shape", WAVES)
@in_loop
async def test_b14_flapping_of_any_shape_is_few_messages_and_the_last_is_true(
    shape: str, tmp_path: Path
) -> None:
    wave = WAVES[shape]

    looked = plan({"web:api": ("1",)}, looking=Looking(interval_ms=INTERVAL_MS))
    async with story(str(tmp_path / "story.db"), looked) as day:
        await look_on(day, wave)
        assert len(day.said) <= MOST_MESSAGES, day.said
        assert last_word(day.messages) is wave[-1], day.said
