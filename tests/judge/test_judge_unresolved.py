"""F18: a resolver that fails is one message, and no death."""

from tests.house import BLIND, DEAD, HEALTHY, House, house
from tests.loop import in_loop
from watchkeeper.core.facts import Kind
from watchkeeper.judge.unresolved import QUIET_MS

NAMED = ("web:api:1", "web:api:2")


async def fail(home: House, *names: str) -> None:
    home.clock.pass_ms(10)
    for name in names:
        await home.look(name, BLIND, why="resolver")


async def said(home: House) -> list[Kind]:
    return [one.kind for one in await home.said()]


@in_loop
async def test_a_failing_resolver_is_one_message_instead_of_a_death_for_each_name(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        for name in NAMED:
            await home.look(name, HEALTHY)
        await fail(home, *NAMED)
        await fail(home, *NAMED)
        assert await said(home) == [Kind.UNRESOLVED]
        await home.look(NAMED[0], DEAD, why="refused")
        assert await said(home) == [Kind.UNRESOLVED, Kind.CHANGED]


@in_loop
async def test_what_is_blind_for_anything_else_is_not_the_resolvers_failure(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", BLIND, why="isolated")
        assert await said(home) == []


@in_loop
async def test_a_resolver_that_fails_again_soon_is_no_news_and_later_it_is(store_url: str) -> None:
    async with house(store_url) as home:
        for pause_ms, times in ((0, 1), (QUIET_MS // 2, 1), (QUIET_MS, 2)):
            home.clock.pass_ms(pause_ms)
            await home.look("web:api:1", HEALTHY)
            await fail(home, "web:api:1")
            assert await said(home) == [Kind.UNRESOLVED] * times
