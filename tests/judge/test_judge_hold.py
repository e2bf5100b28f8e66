"""Who is held, and what is said when nobody is any more, on both databases."""

from functools import partial

from tests.house import DEAD, HEALTHY, FakeClock, House, held, house, name, plan
from tests.loop import in_loop
from watchkeeper.core.facts import Facts, Kind
from watchkeeper.core.name import NodeName
from watchkeeper.core.plan import Mode, Plan, Window
from watchkeeper.judge.hold import Holding, hold
from watchkeeper.judge.rules import Rules
from watchkeeper.speak.startup import say_startup
from watchkeeper.store import gate
from watchkeeper.watch.warden import Warden

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
