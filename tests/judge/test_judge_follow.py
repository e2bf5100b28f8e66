"""Following: whoever asks for what changed after a revision comes to know the same page."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from tests.house import BLIND, DEAD, HEALTHY, SICK, FakeClock, House, held, house, name, plan
from tests.loop import in_loop
from watchkeeper.core.announcement import Announcement
from watchkeeper.core.name import NodeName
from watchkeeper.core.plan import Mode, Window
from watchkeeper.judge.desk import Desk
from watchkeeper.judge.follow import OLD_MS, Follower
from watchkeeper.judge.rows import NOTHING, Changes, read_changes
from watchkeeper.judge.view import View
from watchkeeper.store.cursor import Store, T, Transaction
from watchkeeper.watch.warden import Warden

NODES: dict[str, Mode | tuple[str, ...]] = {
    "web:api": ("1", "2"),
    "web:push": Mode.PUSH,
    "mail:smtp": ("1",),
}
PLAN = plan(NODES)
NEWS = Announcement(id="1", title="Work", text="Tonight", at=1_800_000_000_000)
WINDOW = Window(
    title="Deploy",
    starts_at=FakeClock().wall(),
    lasts_ms=600_000,
    scope=(NodeName("mail", "smtp"),),
)
Deed = Callable[[House], Awaitable[object]]


async def begin_maintenance(home: House) -> None:
    await home.adopt(held(PLAN, WINDOW))
    await Warden(home.post(), lambda: home.plan).go_round()


async def rename(home: House) -> None:
    web, mail = home.plan.services
    labelled = replace(home.plan, services=(replace(web, label="Website"), mail), digest="new")
    await home.adopt(labelled)


async def flap(home: House) -> None:
    for n in range(5):
        await home.look("web:api:1", DEAD if n % 2 else HEALTHY)


def desk(home: House) -> Desk:
    return Desk(home.ground)


DEEDS: dict[str, Deed] = {
    "a first look": lambda home: home.look("web:api:1", HEALTHY),
    "a death": lambda home: home.look("web:api:2", DEAD),
    "a sickness": lambda home: home.look("mail:smtp:1", SICK),
    "a loss of sight": lambda home: home.look("web:api:1", BLIND),
    "a new replica": lambda home: home.push("web:push:a"),
    "a silence": lambda home: home.silence("web:push:a"),
    "flapping": flap,
    "a flush": lambda home: home.door.flush(name("web:push:a"), "reporter"),
    "an announcement": lambda home: desk(home).announce(NEWS, "manager"),
    "its retraction": lambda home: desk(home).retract("1", "manager"),
    "maintenance": begin_maintenance,
    "a new label": rename,
    "a node that left": lambda home: home.adopt(plan({"web:api": ("2",), "mail:smtp": ("1",)})),
}


@dataclass
class Reader:
    """One who follows by `revision > r` alone, and counts the rows that it was given."""

    home: House
    view: View = field(default_factory=View)
    changes: list[Changes] = field(default_factory=list)

    async def read(self) -> Changes:
        job = partial(read_changes, page_no=self.home.page_no, after=self.view.revision)
        changes = await self.home.store.read(job)
        self.view.apply(changes)
        self.changes.append(changes)
        return changes


async def whole(home: House) -> View:
    """Return what somebody knows who reads everything at once."""
    reader = Reader(home)
    await reader.read()
    return reader.view


@in_loop
async def test_each_change_of_the_page_is_found_by_the_revision_before_it(store_url: str) -> None:
    async with house(store_url, PLAN) as home:
        each, few = Reader(home), Reader(home)
        await each.read()
        for number, (what, deed) in enumerate(DEEDS.items()):
            before = each.view.state()
            home.clock.pass_ms(60_000 if what == "a silence" else 1_000)
            await deed(home)
            changes = await each.read()
            assert changes.after == before.revision, what
            after = each.view.state()
            assert after == (await whole(home)).state(), what
            assert replace(after, revision=0) != replace(before, revision=0), what
            if number % 3 == 0:
                await few.read()
        await few.read()
        assert few.view.state() == each.view.state()


@in_loop
async def test_who_follows_is_given_what_changed_and_nothing_else(store_url: str) -> None:
    async with house(store_url, PLAN) as home:
        reader = Reader(home)
        await reader.read()
        await home.look("mail:smtp:1", DEAD)
        changes = await reader.read()
        assert [row.key for row in changes.replicas] == ["1"]
        assert [branch.key for branch in (*changes.services, *changes.nodes)] == ["mail", "smtp"]
        quiet = await reader.read()
        assert quiet.after == changes.page.revision
        assert not any((quiet.services, quiet.nodes, quiet.replicas, quiet.notices))


@in_loop
async def test_a_service_that_did_not_change_is_the_same_object_so_that_a_stream_can_skip_it(
    store_url: str,
) -> None:
    async with house(store_url, PLAN) as home:
        before = {service.key: service for service in home.follower.state().services}
        await home.look("mail:smtp:1", DEAD)
        after = {service.key: service for service in home.follower.state().services}
        assert [key for key in after if after[key] is before[key]] == ["web"]
        assert home.follower.state() is home.follower.state()


@in_loop
async def test_a_page_that_went_back_is_read_anew(store_url: str) -> None:
    async with house(store_url, PLAN) as home:
        reader = Reader(home)
        await home.look("mail:smtp:1", DEAD)
        await reader.read()
        await home.run("UPDATE page SET revision = revision - 1")
        assert (await reader.read()).after == NOTHING
        assert reader.view.state() == (await whole(home)).state()


@in_loop
async def test_who_waits_for_a_change_is_woken_by_it(store_url: str) -> None:
    async with house(store_url, PLAN) as home:
        follower = home.follower
        waiting = asyncio.create_task(follower.moved(follower.view.revision))
        await follower.follow()
        await asyncio.sleep(0)
        assert not waiting.done()
        await home.look("mail:smtp:1", DEAD)
        await waiting
        await follower.moved(NOTHING)


class Lossy:
    """The real store, whose connection is lost now and then."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.generation = 1
        self.after: list[int] = []

    async def read(self, transaction: Transaction[T]) -> T:
        answer = await self._store.read(transaction)
        if isinstance(answer, Changes):
            self.after.append(answer.after)
        return answer


@pytest.mark.parametrize("loss", ["connection", "gap"])
@in_loop
async def test_after_a_loss_everything_is_read_again(store_url: str, loss: str) -> None:
    async with house(store_url, PLAN) as home:
        lossy = Lossy(home.store)
        follower = Follower(lossy, home.clock, home.page_no)  # type: ignore[arg-type]
        await follower.follow()
        await follower.follow()
        assert lossy.after[1] > NOTHING
        assert follower.is_fresh()
        if loss == "gap":
            follower.drop()
        else:
            lossy.generation += 1
        assert not follower.is_fresh()
        await follower.follow()
        assert (lossy.after[2], follower.is_fresh()) == (NOTHING, True)


@in_loop
async def test_a_view_is_old_after_ten_seconds_and_says_of_when_it_is(store_url: str) -> None:
    async with house(store_url, PLAN) as home:
        followed_at = home.clock.wall()
        home.clock.pass_ms(OLD_MS)
        assert (home.follower.is_old(), home.follower.old_since_at()) == (False, 0)
        home.clock.pass_ms(1)
        assert (home.follower.is_old(), home.follower.old_since_at()) == (True, followed_at)
