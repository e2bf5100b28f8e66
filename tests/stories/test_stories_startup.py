"""Startup on the fake clock: a start is told, seldom, and with the truth."""

from tests.house import BLIND, DEAD, HEALTHY, SICK
from tests.loop import in_loop
from tests.story import Story, story
from watchkeeper.speak.startup import say_startup

ONE, TWO = "web:api:1", "web:api:2"


async def start(day: Story, at: str) -> None:
    """Let a process start that has seen everything."""
    await day.until(at)
    await say_startup(day.home.ground)


@in_loop
async def test_a_start_is_told_once_in_ten_minutes_however_often_it_starts(url: str) -> None:
    async with story(url) as day:
        for at in ("1:00", "2:00", "10:59", "11:00"):
            await start(day, at)
        await day.until("20:00")
        assert day.said == ["1:00 startup healthy", "11:00 startup healthy"]


@in_loop
async def test_a_start_says_what_is_true_and_not_that_all_is_well(url: str) -> None:
    async with story(url) as day:
        await day.look(ONE, SICK, at="1:00")
        await start(day, "2:00")
        await day.until("3:00")
        assert day.said == ["2:00 startup sick"]


@in_loop
async def test_a_start_that_cannot_see_somebody_does_not_call_the_page_healthy(url: str) -> None:
    async with story(url) as day:
        await day.look(ONE, HEALTHY, at="1:00")
        await day.look(TWO, BLIND, at="1:30")
        await start(day, "2:00")
        await day.until("3:00")
        assert day.said == ["2:00 startup sick"]


@in_loop
async def test_sick_and_healthy_again_is_told_to_nobody(url: str) -> None:
    async with story(url) as day:
        await day.look(ONE, SICK, at="1:00")
        await day.look(TWO, SICK, at="2:00")
        await day.look(ONE, HEALTHY, at="3:00")
        await day.look(TWO, HEALTHY, at="4:00")
        await day.until("9:00")
        assert day.said == []


@in_loop
async def test_an_outage_that_ends_sick_is_told_as_sick(url: str) -> None:
    async with story(url) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(ONE, SICK, at="2:00")
        await day.until("9:00")
        assert day.said == [f"1:00 changed dead {ONE}", f"2:00 changed sick +{ONE}"]
