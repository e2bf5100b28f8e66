"""From reports to what there is to say, on both databases."""

import asyncio
from functools import partial

import pytest

from tests.house import DEAD, HEALTHY, REPORTER, SICK, House, house, name, plan
from tests.loop import in_loop
from watchkeeper.core.alert import Leaving
from watchkeeper.core.facts import Facts
from watchkeeper.core.name import NodeName
from watchkeeper.core.plan import AlertOn, Mode
from watchkeeper.core.report import Report
from watchkeeper.core.status import Standing
from watchkeeper.judge.admission import Entry
from watchkeeper.judge.decide import Case, decide
from watchkeeper.judge.outcome import Outcome
from watchkeeper.store.errors import StoreUnusable


def told(facts: list[Facts]) -> list[tuple[list[str], list[str], list[str]]]:
    """Of each notification: who died, who came back, who is dead."""
    return [
        (
            [str(member.replica) for member in one.died],
            [str(back.member.replica) for back in one.back],
            [str(member.replica) for member in one.dead],
        )
        for one in facts
    ]


@in_loop
async def test_an_alert_opens_grows_shrinks_and_closes(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", DEAD, why="refused")
        await home.look("web:api:2", DEAD, why="timeout")
        await home.look("web:api:1", HEALTHY)
        await home.look("web:api:2", SICK)
        one, two = "web:api:1", "web:api:2"
        said = await home.said()
        assert told(said) == [
            ([one], [], [one]),
            ([two], [], [one, two]),
            ([], [one], [two]),
            ([], [two], []),
        ]
        assert [facts.closed for facts in said] == [None, None, None, Leaving.RECOVERED]
        assert len({facts.opened for facts in said}) == 1
        assert [facts.status for facts in said] == [DEAD, DEAD, DEAD, SICK]
        assert said[1].dead[0].reason_code == "refused"


@in_loop
async def test_what_is_dead_at_the_restart_is_not_said_again(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", DEAD)
        steady = home.clock
    async with house(store_url, clock=steady) as home:
        await home.look("web:api:1", DEAD)
        await home.look("web:api:2", HEALTHY)
        assert len(await home.said()) == 1
        await home.look("web:api:1", HEALTHY)
        assert len(await home.said()) == 2


@in_loop
async def test_a_thousand_deaths_at_once_are_a_handful_of_notifications(store_url: str) -> None:
    replicas = tuple(str(n) for n in range(1_000))
    async with house(store_url, plan({"web:api": replicas})) as home:
        now = home.clock.steady()
        answers = [
            home.door.take(name(f"web:api:{n}"), Report(status=DEAD, heard=now, seq=1))
            for n in replicas
        ]
        await asyncio.gather(*answers)
        said = await home.said()
        assert len(said) == 4
        assert len(said[-1].dead) == 1_000
        assert sum(len(facts.died) for facts in said) == 1_000


@in_loop
async def test_each_service_has_an_alert_of_its_own_when_asked(store_url: str) -> None:
    nodes: dict[str, Mode | tuple[str, ...]] = {"web:api": ("1",), "mail:smtp": ("1",)}
    async with house(store_url, plan(nodes, alert_on=AlertOn.SERVICE)) as home:
        await home.look("web:api:1", DEAD)
        await home.look("mail:smtp:1", DEAD)
        await home.look("web:api:1", HEALTHY)
        said = await home.said()
        assert [facts.subject for facts in said] == [
            "service:web",
            "service:mail",
            "service:web",
        ]
        assert [facts.closed for facts in said] == [None, None, Leaving.RECOVERED]


@in_loop
async def test_a_removed_node_closes_its_alert_as_removed(store_url: str) -> None:
    nodes: dict[str, Mode | tuple[str, ...]] = {
        "web:api": ("1",),
        "web:b": ("1",),
        "web:c": ("1",),
    }
    async with house(store_url, plan(nodes)) as home:
        await home.look("web:api:1", DEAD)
        del nodes["web:api"]
        await home.adopt(plan(nodes))
        said = await home.said()
        assert [back.why for back in said[-1].back] == [Leaving.REMOVED]
        assert said[-1].closed is Leaving.REMOVED
        assert said[-1].status is HEALTHY
        assert home.follower.state().status is HEALTHY


@in_loop
async def test_a_replica_that_reports_is_registered_and_one_that_is_flushed_leaves(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        assert await home.push("web:push:a", DEAD) is Outcome.TAKEN
        assert home.status("web:push:a") is DEAD
        assert await home.door.flush(name("web:push:a"), "test")
        assert not await home.door.flush(name("web:push:a"), "test")
        await home.follower.follow()
        assert home.follower.view.replica(name("web:push:a")) is None
        assert [back.why for back in (await home.said())[-1].back] == [Leaving.FLUSHED]
        assert await home.push("web:push:a") is Outcome.TAKEN
        assert home.status("web:push:a") is HEALTHY


@in_loop
async def test_replicas_stand_in_the_order_of_their_first_report_whoever_leaves(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        for who in "cab":
            await home.push(f"web:push:{who}")
        assert _reporters(home) == list("cab")
        await home.door.flush(name("web:push:a"), "test")
        await home.follower.follow()
        assert _reporters(home) == list("cb")
        await home.push("web:push:a")
        assert _reporters(home) == list("cba")


def _reporters(home: House) -> list[str]:
    (web, *_) = home.follower.state().services
    (node,) = [node for node in web.nodes if node.key == "push"]
    return [replica.name.replica for replica in node.replicas]


@in_loop
async def test_nobody_may_register_more_replicas_than_a_node_holds(store_url: str) -> None:
    async with house(store_url) as home:
        reports = [
            home.door.take(
                name(f"web:push:{n}"),
                Report(status=HEALTHY, source=REPORTER, heard=n + 1, valid_ms=1_000),
            )
            for n in range(1_300)
        ]
        outcomes = await asyncio.gather(*reports)
        assert outcomes.count(Outcome.TAKEN) == 1_000
        assert outcomes.count(Outcome.FULL) == 300


@in_loop
async def test_a_look_at_what_the_plan_does_not_have_is_unknown(store_url: str) -> None:
    async with house(store_url) as home:
        report = Report(status=DEAD, heard=home.clock.steady(), seq=1)
        assert await home.door.take(name("web:api:9"), report) is Outcome.UNKNOWN
        assert await home.door.take(name("no:such:1"), report) is Outcome.UNKNOWN
        assert await home.said() == []


@in_loop
async def test_a_replica_is_pending_until_it_is_heard(store_url: str) -> None:
    async with house(store_url) as home:
        one, two = home.follower.state().services[0].nodes[0].replicas
        assert (one.standing, two.standing) == (Standing.PENDING, Standing.PENDING)
        await home.look("web:api:1", HEALTHY)
        one, two = home.follower.state().services[0].nodes[0].replicas
        assert (one.standing, two.standing) == (Standing.HEARD, Standing.PENDING)


@in_loop
async def test_two_decisions_within_a_millisecond_have_two_moments(store_url: str) -> None:
    async with house(store_url) as home:
        heard = home.clock.steady() - 10
        for n, status in enumerate((DEAD, HEALTHY, DEAD, HEALTHY)):
            await home.take("web:api:1", Report(status=status, heard=heard + n, seq=n))
        opened = [facts.opened for facts in await home.said() if facts.died]
        assert len(opened) == len(set(opened)) == 2


@in_loop
async def test_everything_that_climbed_is_in_the_log(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", DEAD, why="refused")
        await home.look("web:api:1", HEALTHY)
        rows = await home.rows("SELECT kind, old, new FROM transition ORDER BY no")
        assert rows.pop(0) == ("standing", Standing.PENDING, Standing.HEARD)
        kinds = ["replica", "node", "service", "page"]
        assert rows == [(kind, 0, 2) for kind in kinds] + [(kind, 2, 0) for kind in kinds]


@in_loop
async def test_another_config_is_refused_unless_forced(store_url: str) -> None:
    async with house(store_url) as home:
        other = plan({"other:node": ("1",), "other:more": ("1",)})
        with pytest.raises(StoreUnusable, match="--force"):
            await home.adopt(other)
        assert {service.key for service in home.follower.state().services} == {"web"}
        await home.adopt(other, force=True)
        assert {service.key for service in home.follower.state().services} == {"other"}


@in_loop
async def test_what_another_plan_added_is_not_removed_while_its_worker_lives(
    store_url: str,
) -> None:
    old: dict[str, Mode | tuple[str, ...]] = {"web:api": ("1",), "web:b": ("1",)}
    async with house(store_url, plan(old)) as home:
        one, two = home.workers("one"), home.workers("two")
        new = plan(old | {"web:more": ("1",)})
        one.plan_digest, two.plan_digest = home.plan.digest, new.digest
        await one.beat()
        await two.beat()
        await home.adopt(new)
        await home.adopt(plan(old))
        assert [node.key for node in home.follower.state().services[0].nodes][-1] == "more"
        await two.leave()
        await home.adopt(plan(old))
        assert [node.key for node in home.follower.state().services[0].nodes][-1] == "b"


@in_loop
async def test_a_decision_that_waited_for_its_turn_is_not_dated_before_the_last(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        began = home.now()
        home.clock.pass_ms(2_000)
        await home.look("web:api:1", DEAD)
        case = Case(home.page_no, home.door.rules, began)
        healthy = Report(status=HEALTHY, heard=home.clock.steady() + 1, seq=9)
        node_no = home.follower.view.node_no(NodeName("web", "api"))
        assert node_no is not None
        entry = Entry(name("web:api:1"), node_no, healthy)
        await home.store.write(partial(decide, case=case, entries=[entry]))
        [(dead_at, back_at)] = await home.rows("SELECT dead_at, back_at FROM alert_member")
        assert back_at > dead_at


@in_loop
async def test_what_is_said_of_a_moment_keeps_its_order_though_the_page_changes(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        for who in ("web:push:r1", "web:push:r2"):
            await home.push(who)
        for who in ("web:push:r1", "web:push:r2"):
            await home.push(who, DEAD)
        before = (await home.said())[1]
        assert [str(one.replica) for one in before.dead] == ["web:push:r1", "web:push:r2"]
        await home.run("UPDATE replica SET position = 9 WHERE key = 'r1'")
        assert (await home.said())[1] == before
