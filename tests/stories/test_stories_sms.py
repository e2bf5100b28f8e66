"""Days on a channel whose messages are paid for: few of them, and no more than a day may have."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.house import DEAD, HEALTHY, plan
from tests.loop import in_loop
from tests.story import Story, story
from watchkeeper.core.plan import Plan
from watchkeeper.core.status import Status

REPLICAS = tuple(str(number) for number in range(100))
SMS, OTHER = "sms", "hook"


@pytest.fixture
def url(tmp_path: Path) -> str:
    return str(tmp_path / "story.db")


def paid(daily_limit: int) -> Plan:
    wanted = plan({"web:api": REPLICAS}, channels=(OTHER, SMS))
    other, sms = wanted.channels
    return replace(wanted, channels=(other, replace(sms, daily_limit=daily_limit)))


async def turn(day: Story, keys: Iterable[str], status: Status, minute: int) -> None:
    """Let the replicas with *keys* turn within a second."""
    await day.sleep_through(f"{minute}:00")
    for key in keys:
        await day.home.look(f"web:api:{key}", status)
        day.home.follower.hurry()
        day.clock.pass_ms(10)
    await day.settle()


def named(words: list[str]) -> Iterator[str]:
    return (name.removeprefix("+") for said in words for name in said.split()[3:])


@pytest.mark.parametrize("returns_min", [6, 40])
@in_loop
async def test_b13_a_storm_is_one_text_message_in_five_minutes_of_each_direction(
    url: str, returns_min: int
) -> None:
    async with story(url, paid(100)) as day:
        everyone = {f"web:api:{key}" for key in REPLICAS}
        await turn(day, REPLICAS, DEAD, 1)
        await day.sleep_through("5:59")
        assert len(day.of(SMS)) == 1
        await day.sleep_through(f"{returns_min}:00")
        deaths = day.of(SMS)
        assert len(deaths) == 1 + (returns_min > 6)
        await turn(day, REPLICAS, HEALTHY, returns_min)
        await day.sleep_through(f"{returns_min + 5}:00")
        returns = day.of(SMS)[len(deaths) :]
        assert len(returns) == 1
        assert set(named(returns)) == everyone
        assert set(named(day.of(OTHER))) == everyone


@in_loop
async def test_a_leaked_token_costs_no_more_than_a_day_may_and_the_others_hear_of_it(
    url: str,
) -> None:
    async with story(url, paid(4)) as day:
        for key in REPLICAS[:20]:
            await turn(day, [key], DEAD, 10 + int(key) * 20)
            await turn(day, [key], HEALTHY, 19 + int(key) * 20)
        await day.sleep_through(f"{24 * 60 + 9}:00", stride_min=15)
        assert len(day.of(SMS)) == 4
        notes = [note for message in day.messages for note in message.notes]
        assert notes == ["channel sms has had its messages of a day: the rest waits"]
        await day.sleep_through(f"{24 * 60 + 30}:00")
        assert len(day.of(SMS)) == 5
        assert day.of(SMS)[-1].split()[2] == "healthy"
