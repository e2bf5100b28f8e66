"""What a lane finds in the store about its own part of the trouble, on both databases."""

from functools import partial

from tests.house import DEAD, HEALTHY, house, plan
from tests.loop import in_loop
from watchkeeper.core.alert import Member
from watchkeeper.core.hearing import Hearing
from watchkeeper.core.name import NodeName
from watchkeeper.speak.thought import is_open
from watchkeeper.store import member

WEB, MAIL = NodeName("web", "api"), NodeName("mail", "smtp")
NODES = plan({"web:api": ("1", "2"), "mail:smtp": ("1",)})
NOT_MAIL = Hearing(channel="hook", deaf_to=frozenset({MAIL}))


@in_loop
async def test_trouble_is_open_for_whom_it_was_told_and_concerns(store_url: str) -> None:
    async with house(store_url, NODES) as home:

        async def opened(hearing: Hearing, told: int) -> bool:
            job = partial(is_open, page_no=home.page_no, told=told, hearing=hearing)
            return await home.store.read(job)

        await home.look("mail:smtp:1", DEAD)
        (first,) = (row[0] for row in await home.rows("SELECT MAX(no) FROM notification"))
        assert await opened(Hearing(channel="hook"), first)
        assert not await opened(NOT_MAIL, first)
        await home.look("web:api:1", DEAD)
        assert not await opened(NOT_MAIL, first)
        assert await opened(NOT_MAIL, first + 1)
        await home.look("web:api:1", HEALTHY)
        assert not await opened(NOT_MAIL, first + 2)
        assert await opened(Hearing(channel="hook"), first + 2)


@in_loop
async def test_the_nodes_in_trouble_are_those_of_the_moment(store_url: str) -> None:
    async with house(store_url, NODES) as home:

        async def troubled() -> list[tuple[str, str]]:
            moment = home.follower.view.page
            assert moment
            job = partial(member.troubled_nodes, page_no=home.page_no, moment=moment.steady)
            return sorted(node for node, _ in await home.store.read(job))

        await home.look("mail:smtp:1", DEAD)
        assert await troubled() == [MAIL]
        before = home.follower.view.page
        await home.look("web:api:1", DEAD)
        await home.look("web:api:2", DEAD)
        await home.look("mail:smtp:1", HEALTHY)
        assert await troubled() == [WEB]
        assert before
        job = partial(member.troubled_nodes, page_no=home.page_no, moment=before.steady)
        assert await home.store.read(job) == [(MAIL, DEAD)]


@in_loop
async def test_members_keep_the_name_that_they_died_under(store_url: str) -> None:
    async with house(store_url, NODES) as home:
        await home.look("mail:smtp:1", DEAD)
        await home.run("UPDATE node SET key = 'post' WHERE key = 'smtp'")
        page = home.follower.view.page
        assert page
        job = partial(member.at, alert_no=1, moment=page.steady)
        (only,) = await home.store.read(job)
        assert isinstance(only, Member)
        assert str(only.replica) == "mail:smtp:1"
