"""How alerts go on; whatever happens, as a look at all replicas would have it."""

import asyncio
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from hypothesis import Phase, given, settings

from tests.cluster import Cluster
from tests.house import DEAD, HEALTHY, SICK, House, house, name, plan
from tests.judge.judge_oracle import Oracle
from tests.judge.judge_scripts import Step, adopt, scripts
from tests.loop import in_loop
from watchkeeper.core.alert import Leaving
from watchkeeper.core.facts import Facts
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import AlertOn, Policy
from watchkeeper.core.status import Status
from watchkeeper.judge.alarm import alarm, alarm_all, change_policy
from watchkeeper.judge.climb import Decision, enter

T = TypeVar("T")
ONE, TWO = "web:api:1", "web:api:2"

TRIED = settings(
    deadline=None,
    database=None,
    derandomize="CI" in os.environ,
    phases=(Phase.generate,),  # to shrink a script takes minutes
)


async def become(home: House, status: Status, *who: str) -> list[int]:
    """Let *who* have *status* before any alert knows; return the numbers of their rows."""
    numbers = []
    for one in who:
        row = home.follower.view.replica(name(one))
        assert row
        await home.run("UPDATE replica SET status = ? WHERE no = ?", int(status), row.no)
        numbers.append(row.no)
    return numbers


async def decide(home: House, what: Callable[[Decision], T]) -> T:
    """Do *what* in one decision behind the gate."""
    return await home.store.write(lambda c: what(enter(c, home.page_no, home.now())))


async def told(home: House) -> list[tuple[list[str], list[str], list[str]]]:
    """Of each notification: who died, who came back and why, and who is dead then."""
    return [_names(facts) for facts in await home.said()]


def _names(facts: Facts) -> tuple[list[str], list[str], list[str]]:
    back = [f"{one.why} {one.member.replica}" for one in facts.back]
    return [str(one.replica) for one in facts.died], back, [str(one.replica) for one in facts.dead]


@in_loop
async def test_a_trouble_that_is_known_is_no_news(store_url: str) -> None:
    async with house(store_url) as home:
        for _ in range(2):
            numbers = await become(home, DEAD, ONE)
            await decide(home, partial(alarm, replica_nos=numbers))
            await decide(home, alarm_all)
        assert await told(home) == [([ONE], [], [ONE])]


@in_loop
async def test_who_is_not_asked_about_stays_in_the_alert_and_keeps_it_open(store_url: str) -> None:
    async with house(store_url) as home:
        await become(home, DEAD, ONE, TWO)
        await decide(home, alarm_all)
        for who in (ONE, TWO):
            numbers = await become(home, HEALTHY, who)
            await decide(home, partial(alarm, replica_nos=numbers))
        assert (await told(home))[1:] == [
            ([], [f"recovered {ONE}"], [TWO]),
            ([], [f"recovered {TWO}"], []),
        ]
        assert [facts.closed for facts in await home.said()] == [None, None, Leaving.RECOVERED]


@in_loop
async def test_who_dies_after_the_last_came_back_opens_another_alert(store_url: str) -> None:
    async with house(store_url) as home:
        for status in (DEAD, HEALTHY, DEAD):
            await become(home, status, ONE)
            await decide(home, alarm_all)
        first, last, anew = await home.said()
        assert (first.alert, first.closed, last.closed) == (last.alert, None, Leaving.RECOVERED)
        assert (anew.alert == first.alert, anew.closed) == (False, None)


@in_loop
async def test_who_left_did_so_for_the_reason_that_is_given(store_url: str) -> None:
    async with house(store_url) as home:
        await become(home, DEAD, ONE, TWO)
        await decide(home, alarm_all)
        await become(home, HEALTHY, ONE, TWO)
        left = {name(ONE): Leaving.FLUSHED}
        await decide(home, partial(alarm_all, left=left))
        assert (await told(home))[1:] == [([], [f"flushed {ONE}", f"recovered {TWO}"], [])]


@in_loop
async def test_a_decision_that_was_alarmed_knows_the_status_that_may_be_said(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        await become(home, SICK, ONE)

        def said(decision: Decision) -> tuple[Status, Status]:
            before = decision.said
            alarm(decision, [])
            return before, decision.said

        assert await decide(home, said) == (HEALTHY, SICK)
        assert await told(home) == []


@in_loop
async def test_alerts_about_something_else_end_with_the_policy_and_others_open(
    store_url: str,
) -> None:
    async with house(store_url, plan({"web:api": ("1", "2")})) as home:
        await become(home, DEAD, ONE)
        await decide(home, alarm_all)

        def change(decision: Decision) -> dict[ReplicaName, Leaving]:
            spared = change_policy(decision, Policy(alert_on=AlertOn.NODE))
            alarm_all(decision)
            return spared

        assert await decide(home, change) == {}
        assert (await told(home))[1:] == [([], [f"removed {ONE}"], []), ([ONE], [], [ONE])]
        said = await home.said()
        assert [facts.subject for facts in said] == ["page", "page", "node:web:api"]


@in_loop
async def test_the_sick_are_passed_over_by_a_policy_that_lets_them_be(store_url: str) -> None:
    async with house(store_url, plan(trouble_from=SICK)) as home:
        await become(home, SICK, ONE)
        await become(home, DEAD, TWO)
        await decide(home, alarm_all)
        spared = await decide(home, partial(change_policy, policy=Policy()))
        assert spared == {name(ONE): Leaving.PASSED_OVER}
        same = partial(change_policy, policy=Policy(trouble_from=SICK))
        assert await decide(home, same) == {}


async def play(url: str, script: Sequence[Step]) -> None:
    """Take each step of *script*, and see after each that everything is as it must be."""
    async with house(url) as home:
        oracle = Oracle(home)
        for step, values in script:
            await step(home, *values)
            await oracle.check(may_leave=step is adopt)


@given(script=scripts())
@settings(TRIED, max_examples=20)
def test_decisions_about_a_few_say_what_one_about_everybody_would(script: list[Step]) -> None:
    with TemporaryDirectory() as folder:
        asyncio.run(play(str(Path(folder) / "wk.db"), script))


@given(script=scripts())
@settings(TRIED, max_examples=4)
def test_decisions_about_a_few_say_so_on_postgresql_too(
    cluster: Cluster, script: list[Step]
) -> None:
    asyncio.run(play(cluster.database(), script))
