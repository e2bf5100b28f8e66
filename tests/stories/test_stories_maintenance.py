"""Days with a window of maintenance: nothing is said inside one, and the truth at its end."""

import pytest

from tests.house import DEAD, HEALTHY, held, plan
from tests.loop import in_loop
from tests.story import story
from watchkeeper.core.name import NodeName
from watchkeeper.core.plan import Plan, Window

ONE, TWO = "web:api:1", "web:api:2"
WALL = 1_800_000_000_000
API = NodeName("web", "api")


def window(first: int, last: int, scope: tuple[NodeName, ...] = (API,)) -> Window:
    """A window from minute *first* of the story to minute *last*."""
    lasts_ms = (last - first) * 60_000
    return Window(title="Deploy", starts_at=WALL + first * 60_000, lasts_ms=lasts_ms, scope=scope)


DEPLOY: Plan = held(plan(), window(2, 4))


@in_loop
async def test_a_deploy_that_ends_well_is_never_told(url: str) -> None:
    async with story(url, DEPLOY) as day:
        await day.look(ONE, DEAD, at="2:10")
        await day.look(TWO, DEAD, at="2:10")
        await day.look(ONE, HEALTHY, at="3:00")
        await day.look(TWO, HEALTHY, at="3:30")
        await day.sleep_through("6:00")
        assert day.said == []


@in_loop
async def test_what_is_still_dead_at_the_end_is_told_then(url: str) -> None:
    async with story(url, DEPLOY) as day:
        await day.look(ONE, DEAD, at="2:10")
        await day.look(TWO, DEAD, at="3:00")
        await day.look(TWO, HEALTHY, at="3:30")
        await day.until("4:05")
        assert day.said == [f"4:00 changed dead {ONE}"]


@in_loop
async def test_what_died_before_and_came_back_inside_is_told_back_at_the_end(url: str) -> None:
    async with story(url, DEPLOY) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(ONE, HEALTHY, at="3:00")
        await day.until("4:05")
        assert day.said == [f"1:00 changed dead {ONE}", f"4:00 changed healthy +{ONE}"]


@in_loop
async def test_what_died_before_and_is_dead_at_the_end_is_not_told_twice(url: str) -> None:
    async with story(url, DEPLOY) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(ONE, HEALTHY, at="3:00")
        await day.look(ONE, DEAD, at="3:30")
        await day.sleep_through("6:00")
        assert day.said == [f"1:00 changed dead {ONE}"]


@in_loop
async def test_others_are_told_of_meanwhile_and_the_status_is_theirs(url: str) -> None:
    nodes = {"web:api": ("1",), "web:db": ("1",)}
    async with story(url, held(plan(dict(nodes)), window(2, 4))) as day:
        await day.look(ONE, DEAD, at="2:10")
        await day.look("web:db:1", DEAD, at="3:00")
        await day.look("web:db:1", HEALTHY, at="3:30")
        await day.until("4:05")
        assert day.said == [
            "3:00 changed dead web:db:1",
            "3:30 changed healthy +web:db:1",
            f"4:00 changed dead {ONE}",
        ]


@in_loop
async def test_two_windows_that_overlap_are_one(url: str) -> None:
    both = held(plan(), window(2, 4), window(3, 6, scope=()))
    async with story(url, both) as day:
        await day.look(ONE, DEAD, at="2:10")
        await day.until("5:50")
        assert day.said == []
        await day.until("6:05")
        assert day.said == [f"6:00 changed dead {ONE}"]


@in_loop
async def test_a_reload_may_add_a_window_and_take_it_away(url: str) -> None:
    async with story(url) as day:
        await day.until("2:05")
        await day.adopt(DEPLOY)
        await day.until("2:07")
        await day.look(ONE, DEAD, at="2:10")
        await day.until("3:00")
        assert day.said == []
        await day.adopt(plan())
        await day.until("3:10")
        assert day.said == [f"3:01 changed dead {ONE}"]


@pytest.mark.parametrize("hours", [24, -24])
@in_loop
async def test_a_wall_clock_that_steps_a_day_invents_no_message(url: str, hours: int) -> None:
    async with story(url, DEPLOY) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(ONE, HEALTHY, at="2:10")
        await day.look(TWO, DEAD, at="3:00")
        day.clock.wall_ms += hours * 3_600_000
        await day.until("3:20")
        day.clock.wall_ms -= hours * 3_600_000
        await day.look(TWO, HEALTHY, at="3:40")
        await day.until("4:05")
        assert [said.split(" ", 1)[1] for said in day.said] == [
            f"changed dead {ONE}",
            f"changed dead {TWO} +{ONE}",
            f"changed healthy +{TWO}",
        ], "the truth, when the clock says that the window is over"


@in_loop
async def test_nobody_begins_to_flap_inside_a_window(url: str) -> None:
    async with story(url, DEPLOY) as day:
        for second in range(10, 50, 5):
            await day.look(ONE, DEAD, at=f"2:{second}")
            await day.look(ONE, HEALTHY, at=f"2:{second + 2}")
        await day.until("4:05")
        assert day.said == []


@in_loop
async def test_what_is_under_maintenance_is_not_told_when_the_disk_fails_either(url: str) -> None:
    async with story(url, DEPLOY) as day:
        await day.until("2:05")
        day.store.refuses = True
        await day.look(ONE, DEAD, at="2:10")
        await day.until("3:00")
        assert day.said == []
