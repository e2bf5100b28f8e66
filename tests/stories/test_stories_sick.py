"""Days on which sick is a trouble too; a name with a question mark is that of a sick one."""

from tests.house import DEAD, HEALTHY, SICK, held, plan
from tests.loop import in_loop
from tests.story import story
from watchkeeper.core.alert import Leaving
from watchkeeper.core.name import NodeName
from watchkeeper.core.plan import Plan, Window
from watchkeeper.core.reminder import Reminding

ONE, TWO = "web:api:1", "web:api:2"
WALL = 1_800_000_000_000


def sick_too(reminding: Reminding | None = None) -> Plan:
    return plan(trouble_from=SICK, reminding=reminding)


@in_loop
async def test_each_turn_of_a_replica_is_told_until_it_is_well(url: str) -> None:
    async with story(url, sick_too()) as day:
        await day.look(ONE, SICK, at="1:00")
        await day.look(ONE, DEAD, at="11:00")
        await day.look(ONE, SICK, at="16:00")
        await day.look(ONE, HEALTHY, at="26:00")
        await day.until("30:00")
        assert day.said == [
            f"1:00 changed sick {ONE}?",
            f"11:00 changed dead {ONE}",
            f"16:00 changed sick {ONE}?",
            f"26:00 changed healthy +{ONE}",
        ]
        before = [[(one.status, one.seconds) for one in said.turned] for said in day.messages]
        assert before == [[], [(SICK, 600)], [(DEAD, 300)], []]


@in_loop
async def test_late_victims_are_told_by_the_pace_and_with_what_they_are(url: str) -> None:
    async with story(url, sick_too()) as day:
        await day.look(ONE, DEAD, at="1:00")
        await day.look(TWO, SICK, at="1:10")
        await day.look(ONE, HEALTHY, at="5:00")
        await day.until("10:00")
        assert day.said == [
            f"1:00 changed dead {ONE}",
            f"1:30 changed dead {ONE} {TWO}?",
            f"5:00 changed sick {TWO}? +{ONE}",
        ]


@in_loop
async def test_what_came_and_went_between_two_messages_is_told_with_its_status(url: str) -> None:
    async with story(url, sick_too()) as day:
        await day.look(ONE, SICK, at="1:00")
        await day.look(ONE, DEAD, at="1:10")
        await day.look(ONE, SICK, at="1:20")
        await day.until("5:00")
        assert day.said == [f"1:00 changed sick {ONE}?", f"1:30 changed sick {ONE}?"]
        was = [(one.status, one.told, one.seconds) for one in day.messages[1].turned]
        assert was == [(SICK, True, 10), (DEAD, False, 10)]
        assert day.messages[1].recovered == ()


@in_loop
async def test_the_sick_are_reminded_of(url: str) -> None:
    async with story(url, sick_too(Reminding(interval_ms=300_000))) as day:
        await day.look(ONE, SICK, at="1:00")
        await day.until("12:00")
        assert day.said == [
            f"1:00 changed sick {ONE}?",
            f"6:00 reminder sick {ONE}?",
            f"11:00 reminder sick {ONE}?",
        ]


@in_loop
async def test_who_falls_sick_and_gets_well_again_and_again_flaps(url: str) -> None:
    async with story(url, sick_too()) as day:
        for minute in range(10, 20):
            await day.look(ONE, HEALTHY if minute % 2 else SICK, at=f"{minute}:00")
        await day.look(ONE, SICK, at="20:00")
        await day.sleep_through("40:00")
        assert day.said == [
            f"10:00 changed sick {ONE}?",
            f"11:00 changed healthy +{ONE}",
            f"12:00 changed sick {ONE}?",
            f"13:00 changed sick {ONE}? ~{ONE}",
            f"35:00 changed sick {ONE}? ={ONE}",
        ]
        assert day.messages[-1].notes == (f"stable again, but sick: {ONE}",)


@in_loop
async def test_unless_asked_nobody_hears_of_the_sick_and_they_do_not_flap(url: str) -> None:
    async with story(url) as day:
        for minute in range(10, 20):
            await day.look(ONE, HEALTHY if minute % 2 else SICK, at=f"{minute}:00")
        await day.look(ONE, DEAD, at="20:00")
        await day.look(ONE, SICK, at="21:00")
        await day.until("30:00")
        assert day.said == [f"20:00 changed dead {ONE}", f"21:00 changed sick +{ONE}"]


@in_loop
async def test_a_reload_lets_the_sick_go_without_a_recovery_even_where_they_flap(url: str) -> None:
    async with story(url, sick_too()) as day:
        for minute, status in enumerate((SICK, HEALTHY, SICK, HEALTHY, SICK), 10):
            await day.look(ONE, status, at=f"{minute}:00")
        await day.until("20:00")
        await day.adopt(plan())
        await day.sleep_through("40:00")
        assert day.said[-2:] == [f"20:00 changed sick +{ONE}", f"30:00 changed sick ={ONE}"]
        assert [one.why for one in day.messages[-2].recovered] == [Leaving.PASSED_OVER]


@in_loop
async def test_nothing_is_said_under_maintenance_and_the_truth_after_it(url: str) -> None:
    window = Window(
        title="Deploy",
        starts_at=WALL + 120_000,
        lasts_ms=120_000,
        scope=(NodeName("web", "api"),),
    )
    async with story(url, held(sick_too(), window)) as day:
        await day.look(ONE, SICK, at="1:00")
        await day.look(ONE, DEAD, at="2:10")
        await day.look(TWO, SICK, at="2:20")
        await day.look(TWO, HEALTHY, at="3:00")
        await day.until("4:05")
        assert day.said == [f"1:00 changed sick {ONE}?", f"4:00 changed dead {ONE}"]
