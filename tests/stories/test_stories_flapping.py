"""Nights in which a replica dies and comes back, again and again."""

from tests.house import DEAD, HEALTHY
from tests.loop import in_loop
from tests.story import Story, story

ONE, OTHER = "web:api:1", "web:api:2"


async def flap(day: Story, first: int, last: int, who: str = ONE) -> None:
    """Let *who* die in each even minute from *first* to *last*, and return in each odd one."""
    for minute in range(first, last + 1):
        await day.sleep_through(f"{minute}:00")
        await day.look(who, HEALTHY if minute % 2 else DEAD, at=f"{minute}:00")


@in_loop
async def test_who_flaps_is_said_to_once_and_is_silent_until_it_is_stable(url: str) -> None:
    async with story(url) as day:
        await flap(day, 10, 61)
        await day.sleep_through("90:00")
        assert day.said == [
            f"10:00 changed dead {ONE}",
            f"11:00 changed healthy +{ONE}",
            f"12:00 changed dead {ONE}",
            f"13:00 changed dead {ONE} ~{ONE}",
            f"76:00 changed healthy +{ONE} ={ONE}",
        ]
        assert day.messages[3].notes == (f"flapping, and silent until it is stable: {ONE}",)
        assert day.messages[4].notes == (f"stable again, and healthy: {ONE}",)


@in_loop
async def test_that_one_flaps_is_said_with_all_who_are_dead(url: str) -> None:
    async with story(url) as day:
        await day.look(OTHER, DEAD, at="1:00")
        await flap(day, 10, 61)
        await day.sleep_through("90:00")
        assert day.said == [
            f"1:00 changed dead {OTHER}",
            f"10:00 changed dead {ONE} {OTHER}",
            f"13:00 changed dead {ONE} {OTHER} +{ONE}",
            f"18:00 changed dead {ONE} {OTHER} ~{ONE}",
            f"76:00 changed dead {OTHER} +{ONE} ={ONE}",
        ]
        assert len({message.alerts[0].id for message in day.messages}) == 1
