"""Where sick is a trouble too, on both databases."""

from collections.abc import Iterable
from functools import partial

import pytest

from tests.house import DEAD, HEALTHY, SICK, house, name, plan
from tests.loop import in_loop
from watchkeeper.core.alert import Leaving, Member
from watchkeeper.core.facts import Facts
from watchkeeper.core.plan import AlertOn
from watchkeeper.core.status import Status
from watchkeeper.store import gate, member

ONE, TWO = "web:api:1", "web:api:2"
API = ("web", "api")
SICK_TOO = plan(trouble_from=SICK)


def words(members: Iterable[Member]) -> list[str]:
    return [f"{one.status.word} {one.replica}" for one in members]


def told(said: list[Facts]) -> list[tuple[list[str], list[str], list[str]]]:
    """Of each notification: who became what, who is no longer what, who is a member."""
    return [
        (words(one.died), words(back.member for back in one.back), words(one.dead)) for one in said
    ]


@in_loop
async def test_who_falls_sick_dies_and_gets_well_is_told_at_each_step(store_url: str) -> None:
    async with house(store_url, SICK_TOO) as home:
        for status in (SICK, DEAD, SICK, HEALTHY):
            await home.look(ONE, status, why="slow")
        sick, dead = f"sick {ONE}", f"dead {ONE}"
        said = await home.said()
        assert told(said) == [
            ([sick], [], [sick]),
            ([dead], [sick], [dead]),
            ([sick], [dead], [sick]),
            ([], [sick], []),
        ]
        assert [facts.status for facts in said] == [SICK, DEAD, SICK, HEALTHY]
        assert len({facts.opened for facts in said}) == 1
        assert said[-1].closed is Leaving.RECOVERED


@in_loop
async def test_unless_asked_nobody_hears_of_the_sick(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look(ONE, SICK)
        await home.look(ONE, HEALTHY)
        assert await home.said() == []
        await home.look(ONE, DEAD)
        await home.look(ONE, SICK)
        assert told(await home.said()) == [
            ([f"dead {ONE}"], [], [f"dead {ONE}"]),
            ([], [f"dead {ONE}"], []),
        ]


@pytest.mark.parametrize(
    ("course", "changes"),
    [
        ((SICK, DEAD, SICK, HEALTHY), 2),
        ((SICK, HEALTHY, SICK), 3),
        ((DEAD, SICK, DEAD), 3),
        ((SICK, DEAD, HEALTHY), 2),
        ((DEAD, HEALTHY, DEAD), 3),
    ],
)
@in_loop
async def test_the_way_through_sick_is_one_change_and_turning_round_is_another(
    store_url: str, course: tuple[Status, ...], changes: int
) -> None:
    async with house(store_url, SICK_TOO) as home:
        for status in course:
            await home.look(ONE, status)
        row = home.follower.view.replica(name(ONE))
        assert row
        assert len(row.flap.moments) == changes


@in_loop
async def test_another_reason_to_be_sick_is_no_news(store_url: str) -> None:
    async with house(store_url, SICK_TOO) as home:
        await home.look(ONE, SICK, why="slow")
        await home.look(ONE, SICK, why="cpu")
        assert len(await home.said()) == 1


@in_loop
async def test_a_file_that_asks_for_it_while_somebody_is_sick_tells_it_at_once(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        await home.look(ONE, DEAD)
        await home.look(TWO, SICK)
        await home.adopt(SICK_TOO)
        both = [f"dead {ONE}", f"sick {TWO}"]
        assert told(await home.said())[1:] == [([f"sick {TWO}"], [], both)]


@in_loop
async def test_a_file_that_lets_the_sick_go_and_removes_others_says_so_in_one_breath(
    store_url: str,
) -> None:
    nodes = {"web:api": ("1", "2"), "mail:smtp": ("1",)}
    async with house(store_url, plan(nodes, trouble_from=SICK)) as home:
        await home.look(ONE, SICK)
        await home.look("mail:smtp:1", DEAD)
        await home.adopt(plan({"web:api": ("1", "2")}))
        last = (await home.said())[2:]
        assert told(last) == [([], [f"sick {ONE}", "dead mail:smtp:1"], [])]
        assert [back.why for back in last[0].back] == [Leaving.PASSED_OVER, Leaving.REMOVED]


@in_loop
async def test_a_file_that_asks_for_it_no_longer_lets_the_sick_go_and_calls_none_of_them_well(
    store_url: str,
) -> None:
    async with house(store_url, SICK_TOO) as home:
        await home.look(ONE, DEAD)
        await home.look(TWO, SICK)
        await home.adopt(plan())
        said = await home.said()
        assert told(said)[2:] == [([], [f"sick {TWO}"], [f"dead {ONE}"])]
        assert [back.why for back in said[-1].back] == [Leaving.PASSED_OVER]
        await home.look(TWO, HEALTHY)
        await home.look(ONE, HEALTHY)
        assert told(await home.said())[3:] == [([], [f"dead {ONE}"], [])]


@in_loop
async def test_an_alert_about_the_sick_alone_ends_with_the_wish_to_hear_of_them(
    store_url: str,
) -> None:
    async with house(store_url, SICK_TOO) as home:
        await home.look(ONE, SICK)
        await home.adopt(plan())
        end = (await home.said())[-1]
        assert (end.closed, end.status) == (Leaving.PASSED_OVER, SICK)
        assert await home.rows("SELECT no FROM alert WHERE closed_at IS NULL") == []


@in_loop
async def test_alerts_about_other_subjects_take_the_sick_along(store_url: str) -> None:
    async with house(store_url, SICK_TOO) as home:
        await home.look(ONE, SICK)
        await home.adopt(plan(alert_on=AlertOn.NODE, trouble_from=SICK))
        said = (await home.said())[1:]
        assert [(facts.subject, facts.closed) for facts in said] == [
            ("page", Leaving.REMOVED),
            ("node:web:api", None),
        ]
        assert words(said[-1].dead) == [f"sick {ONE}"]


@in_loop
async def test_what_is_a_trouble_does_not_change_while_another_plan_lives(store_url: str) -> None:
    async with house(store_url) as home:
        old, new = home.workers("old"), home.workers("new")
        old.plan_digest, new.plan_digest = home.plan.digest, SICK_TOO.digest
        await old.beat()
        await new.beat()
        await home.adopt(SICK_TOO)
        await home.look(ONE, SICK)
        assert await home.said() == []
        await old.leave()
        await home.adopt(SICK_TOO)
        assert told(await home.said()) == [([f"sick {ONE}"], [], [f"sick {ONE}"])]
        page = await home.store.read(partial(gate.read, page_no=home.page_no))
        assert page.trouble_from is SICK


@in_loop
async def test_what_is_said_of_a_node_is_how_its_worst_member_did_then(store_url: str) -> None:
    async with house(store_url, SICK_TOO) as home:
        for who, status in ((ONE, SICK), (TWO, DEAD), (TWO, SICK)):
            await home.look(who, status)
        found = [
            await home.store.read(
                partial(member.troubled_nodes, page_no=home.page_no, moment=facts.steady)
            )
            for facts in await home.said()
        ]
        assert found == [[(API, SICK)], [(API, DEAD)], [(API, SICK)]]


@in_loop
async def test_trouble_that_was_told_is_open_though_its_victim_turned_since(store_url: str) -> None:
    async with house(store_url, SICK_TOO) as home:

        async def is_open(told: int) -> bool:
            job = partial(member.told_nodes, page_no=home.page_no, told=told)
            return await home.store.read(job) == [API]

        await home.look(ONE, SICK)
        await home.look(ONE, DEAD)
        assert [await is_open(told) for told in (0, 1, 2)] == [False, True, True]
        await home.look(TWO, SICK)
        await home.look(ONE, HEALTHY)
        await home.look(ONE, DEAD)
        await home.look(TWO, HEALTHY)
        assert [await is_open(told) for told in (1, 4, 5)] == [True, False, True]


@in_loop
async def test_a_flushed_replica_that_was_sick_is_not_called_well(store_url: str) -> None:
    async with house(store_url, SICK_TOO) as home:
        await home.push("web:push:a", SICK)
        await home.door.flush(name("web:push:a"), "test")
        assert [back.why for back in (await home.said())[-1].back] == [Leaving.FLUSHED]
