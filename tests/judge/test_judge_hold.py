"""Who is held, and what is said when nobody is any more, on both databases."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import TypeVar

import pytest

from tests.house import DEAD, HEALTHY, FakeClock, House, held, house, name, plan
from tests.loop import in_loop
from tests.stores import Around
from watchkeeper.core.facts import Facts, Kind
from watchkeeper.core.hearing import Hearing
from watchkeeper.core.lane import Step, Try, Wait
from watchkeeper.core.name import NodeName, ReplicaName
from watchkeeper.core.pace import AT_ONCE as UNPACED
from watchkeeper.core.plan import AlertOn, Mode, Plan, Window
from watchkeeper.core.report import Report
from watchkeeper.judge.hold import AT_ONCE, GATHER_MS, Holding, hold
from watchkeeper.judge.rules import Rules
from watchkeeper.speak.startup import say_startup
from watchkeeper.speak.thought import Tenure, think
from watchkeeper.store import gate
from watchkeeper.store.cursor import Store, Track, Transaction
from watchkeeper.store.errors import StoreRefused
from watchkeeper.watch.warden import Warden

T = TypeVar("T")
ONE, TWO = "web:api:1", "web:api:2"
MINUTE = 60_000
WINDOW = Window(
    title="Deploy",
    starts_at=FakeClock().wall() + MINUTE,
    lasts_ms=10 * MINUTE,
    scope=(NodeName("web", "api"),),
)
DEPLOY = held(plan(), WINDOW)


def warden(home: House) -> Warden:
    return Warden(home.post(), lambda: home.plan)


async def go_on(home: House, minutes: float) -> None:
    """Let time pass, and what is due then be held and released."""
    home.clock.pass_ms(int(minutes * MINUTE))
    await warden(home).go_round()
    await home.follower.follow()


def said(facts: list[Facts]) -> list[tuple[str, list[str], list[str], list[str]]]:
    return [
        (
            str(one.kind),
            [str(member.replica) for member in one.died],
            [str(back.member.replica) for back in one.back],
            [f"{flap.replica} {flap.status.word}" for flap in one.flaps],
        )
        for one in facts
    ]


async def flap(home: House, *, changes: int, who: str = ONE) -> None:
    for n in range(changes):
        home.clock.pass_ms(MINUTE)
        await home.look(who, HEALTHY if n % 2 else DEAD)


@in_loop
async def test_a_flapping_replica_stays_what_it_was_until_it_is_stable(store_url: str) -> None:
    async with house(store_url) as home:
        await flap(home, changes=8)
        assert said(await home.said())[3:] == [("flapping", [], [], [f"{ONE} dead"])]
        await go_on(home, 14.9)
        assert len(await home.said()) == 4
        await go_on(home, 0.1)
        assert said(await home.said())[4:] == [
            ("changed", [], [ONE], []),
            ("stable", [], [], [f"{ONE} healthy"]),
        ]
        await go_on(home, 1)
        assert len(await home.said()) == 6, "it is released once"


@in_loop
async def test_the_truth_is_said_also_where_it_was_said_last(store_url: str) -> None:
    async with house(store_url) as home:
        await flap(home, changes=7)
        await go_on(home, 15)
        assert said(await home.said())[4:] == [("stable", [], [], [f"{ONE} dead"])]


@in_loop
async def test_a_restart_forgets_neither_who_flaps_nor_since_when(store_url: str) -> None:
    async with house(store_url) as home:
        await flap(home, changes=4)
        clock = home.clock
    async with house(store_url, clock=clock) as home:
        await flap(home, changes=1)
        assert [one.kind for one in await home.said()][3:] == [Kind.FLAPPING]
        home.clock.pass_ms(20 * MINUTE)
        await hear_anew(home)
        await go_on(home, 14)
        assert len(await home.said()) == 4, "nobody watched it for so long"
        await go_on(home, 1)
        assert said(await home.said())[4:] == [("stable", [], [], [f"{ONE} dead"])]


@in_loop
async def test_a_blind_replica_is_not_called_stable(store_url: str) -> None:
    async with house(store_url) as home:
        await flap(home, changes=4)
        await home.run("UPDATE replica SET standing = 2 WHERE key = '1'")
        await go_on(home, 20)
        assert len(await home.said()) == 4
        await home.run("UPDATE replica SET standing = 0 WHERE key = '1'")
        await go_on(home, 1)
        assert said(await home.said())[4] == ("changed", [], [ONE], [])


@in_loop
async def test_who_leaves_is_held_no_more(store_url: str) -> None:
    async with house(store_url) as home:
        for n in range(5):
            await home.push("web:push:a", HEALTHY if n % 2 else DEAD)
        await home.door.flush(name("web:push:a"), "test")
        assert said(await home.said())[4:] == [("changed", [], ["web:push:a"], [])]
        await home.push("web:push:a", DEAD)
        assert said(await home.said())[5:] == [("changed", ["web:push:a"], [], [])]


@in_loop
async def test_a_restart_inside_a_window_says_nothing_and_knows_its_end(store_url: str) -> None:
    async with house(store_url, DEPLOY) as home:
        await go_on(home, 1)
        await home.look(ONE, DEAD)
        clock = home.clock
    clock.pass_ms(MINUTE)
    async with house(store_url, DEPLOY, clock) as home:
        await home.look(TWO, DEAD)
        await go_on(home, 8)
        assert await home.said() == []
        await go_on(home, 1)
        assert said(await home.said()) == [("changed", [ONE, TWO], [], [])]


@in_loop
async def test_a_window_that_ended_while_nobody_watched_waits_for_a_round_of_looks(
    store_url: str,
) -> None:
    async with house(store_url, DEPLOY) as home:
        await go_on(home, 1)
        await home.look(ONE, DEAD)
        await home.look(TWO, DEAD)
        home.clock.pass_ms(60 * MINUTE)
        await hear_anew(home)
        await go_on(home, 1)
        assert await home.said() == []
        await home.look(ONE, HEALTHY)
        await go_on(home, 2)
        assert said(await home.said()) == [("changed", [TWO], [], [])]


@in_loop
async def test_a_window_that_is_open_at_the_start_holds_from_the_first_look(store_url: str) -> None:
    clock = FakeClock()
    clock.pass_ms(2 * MINUTE)
    async with house(store_url, DEPLOY, clock) as home:
        await warden(home).go_round()
        await home.look(ONE, DEAD)
        assert await home.said() == []


@in_loop
async def test_a_worker_with_another_plan_ends_no_window(store_url: str) -> None:
    async with house(store_url, DEPLOY) as home:
        await go_on(home, 1)
        home.plan = plan()
        await go_on(home, 1)
        home.plan = DEPLOY
        await home.look(ONE, DEAD)
        assert await home.said() == []


@in_loop
async def test_a_member_that_leaves_inside_a_window_leaves_its_alert(store_url: str) -> None:
    nodes: dict[str, Mode | tuple[str, ...]] = {"web:api": ("1", "2")}
    async with house(store_url, held(plan(nodes), WINDOW)) as home:
        await home.look(ONE, DEAD)
        await go_on(home, 1)
        await home.adopt(smaller())
        assert said(await home.said())[1:] == [("changed", [], [ONE], [])]


def smaller() -> Plan:
    return held(plan({"web:api": ("2",)}), WINDOW)


async def hear_anew(home: House) -> None:
    """Be somebody who has just begun to listen."""
    now = home.clock.steady()
    await home.store.write(lambda cursor: gate.hear_anew(cursor, home.page_no, now))


@in_loop
async def test_a_start_inside_a_window_does_not_call_the_page_dead(store_url: str) -> None:
    async with house(store_url, DEPLOY) as home:
        await go_on(home, 1)
        await home.look(ONE, DEAD)
        await say_startup(home.ground)
        assert [(one.kind, one.status) for one in await home.said()] == [(Kind.STARTUP, HEALTHY)]


@in_loop
async def test_two_workers_that_find_the_same_work_do_it_once(store_url: str) -> None:
    async with house(store_url) as home:
        await flap(home, changes=4)
        home.clock.pass_ms(15 * MINUTE)
        wanted = Holding(
            page_no=home.page_no,
            digest=home.plan.digest,
            rules=Rules.of(home.plan),
            maintained={},
            now=home.now(),
        )
        for _ in range(2):
            await home.store.write(partial(hold, wanted=wanted))
        assert [one.kind for one in await home.said()].count(Kind.STABLE) == 1


SOME = tuple(map(str, range(AT_ONCE // 2)))
LARGE: dict[str, Mode | tuple[str, ...]] = {f"web:n{n}": SOME for n in range(3)}
EVERYWHERE = replace(WINDOW, scope=())


@asynccontextmanager
async def all_dead_at_the_end_of_a_window(
    url: str, around: Callable[[Store], Store] = lambda store: store
) -> AsyncIterator[House]:
    """A house in which more died under maintenance than one slice releases; it is over now."""
    wanted = held(plan(LARGE, alert_on=AlertOn.NODE), EVERYWHERE)
    async with house(url, wanted, around=around) as home:
        await go_on(home, 1)
        await go_on(home, 0)
        now = home.clock.steady()
        names = [ReplicaName(*node, who) for node, _ in wanted.nodes() for who in SOME]
        report = Report(status=DEAD, heard=now, seq=now)
        await asyncio.gather(*(home.door.take(who, report) for who in names))
        home.clock.pass_ms(20 * MINUTE)
        yield home


async def step_of_the_lane(home: House) -> Step:
    """Return what the one lane does next."""
    tenure = Tenure(page_no=home.page_no, channel_no=1, lane_no=1, channel="hook", fence=0)
    hearing, now = Hearing(channel="hook"), home.clock.steady()
    job = partial(think, tenure=tenure, hearing=hearing, pace=UNPACED, now=now)
    thought = await home.store.read(job)
    assert thought
    return thought.step


async def deaths(home: House) -> list[tuple[str, int]]:
    return [(one.subject, len(one.died)) for one in await home.said()]


@in_loop
async def test_a_release_of_thousands_is_decided_in_slices_and_told_as_one(store_url: str) -> None:
    async with all_dead_at_the_end_of_a_window(store_url) as home:
        assert await warden(home).go_round() == 0, "at once again, since something is left"
        assert await deaths(home) == [("node:web:n0", len(SOME)), ("node:web:n1", len(SOME))]
        assert isinstance(await step_of_the_lane(home), Wait)
        assert await warden(home).go_round() is None
        assert [subject for subject, _ in await deaths(home)][2:] == ["node:web:n2"]
        assert await step_of_the_lane(home) == Try(3)
        assert await warden(home).go_round() is None
        assert len(await home.said()) == 3


class DiesAfterOneSlice(Around):
    """The real store, which is gone once it has kept the first slice of a release."""

    is_dead = False

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        if self.is_dead:
            raise StoreRefused("gone")
        kept = await self._store.write(transaction, track)
        wanted = transaction.keywords.get("wanted") if isinstance(transaction, partial) else None
        self.is_dead = isinstance(wanted, Holding) and not wanted.maintained
        return kept


@in_loop
async def test_whoever_goes_on_after_a_kill_between_two_slices_releases_the_rest_once(
    store_url: str,
) -> None:
    async with all_dead_at_the_end_of_a_window(store_url, around=DiesAfterOneSlice) as home:
        await warden(home).go_round()
        with pytest.raises(StoreRefused):
            await warden(home).go_round()
        assert isinstance(await step_of_the_lane(home), Wait)
        clock = home.clock
        clock.pass_ms(GATHER_MS)
        assert await step_of_the_lane(home) == Try(2), "who comes late keeps nobody waiting"
    async with house(store_url, home.plan, clock) as home:
        assert await warden(home).go_round() is None
        assert await deaths(home) == [(f"node:web:n{n}", len(SOME)) for n in range(3)]
        assert await step_of_the_lane(home) == Try(3)
