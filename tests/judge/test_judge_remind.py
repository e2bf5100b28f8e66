"""Reminders behind the gate, on both databases: each is written once, whoever writes it."""

import asyncio
from functools import partial

from tests.house import DEAD, HEALTHY, House, house, plan
from tests.loop import in_loop
from watchkeeper.core.facts import Facts, Kind
from watchkeeper.core.plan import AlertOn
from watchkeeper.core.reminder import Backoff, Reminding
from watchkeeper.judge.remind import say_reminders
from watchkeeper.store import gate

POLICY = Reminding(interval_ms=60_000, backoff=Backoff.LINEAR, escalates=True)
ONE, TWO = "web:api:1", "web:api:2"


async def remind(home: House) -> None:
    job = partial(say_reminders, page_no=home.page_no, policy=POLICY, now=home.now())
    await home.store.write(job)
    await home.follower.follow()


async def reminders(home: House) -> list[Facts]:
    return [facts for facts in await home.said() if facts.kind is Kind.REMINDER]


@in_loop
async def test_a_reminder_names_all_who_are_dead_and_is_numbered_after_the_news(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        await home.look(ONE, DEAD, why="refused")
        await home.look(TWO, DEAD)
        home.clock.pass_ms(60_000)
        await remind(home)
        (facts,) = await reminders(home)
        assert [str(member.replica) for member in facts.dead] == [ONE, TWO]
        assert (facts.status, facts.reminder, facts.roused) == (DEAD, 1, 1)
        assert await home.rows("SELECT seq FROM notification ORDER BY no") == [(1,), (2,), (3,)]


@in_loop
async def test_two_workers_that_try_write_one_reminder(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look(ONE, DEAD)
        home.clock.pass_ms(60_000)
        await asyncio.gather(remind(home), remind(home))
        assert [facts.reminder for facts in await reminders(home)] == [1]
        home.clock.pass_ms(119_000)
        await remind(home)
        assert len(await reminders(home)) == 1
        home.clock.pass_ms(1_001)
        await remind(home)
        assert [facts.reminder for facts in await reminders(home)] == [1, 2]


@in_loop
async def test_what_is_not_due_leaves_no_trace(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look(ONE, DEAD)
        revision = home.follower.view.revision
        await remind(home)
        await home.follower.follow()
        assert home.follower.view.revision == revision


@in_loop
async def test_a_muted_page_is_not_reminded_before_the_mute_ends(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look(ONE, DEAD)
        until = home.clock.steady() + 90_000
        mute = partial(gate.save_mute, page_no=home.page_no, until=until)
        await home.store.write(mute)
        home.clock.pass_ms(89_000)
        await remind(home)
        assert await reminders(home) == []
        home.clock.pass_ms(1_000)
        await remind(home)
        assert [facts.reminder for facts in await reminders(home)] == [1]


@in_loop
async def test_what_closed_is_reminded_of_no_more_and_begins_anew(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look(ONE, DEAD)
        home.clock.pass_ms(60_000)
        await remind(home)
        await home.look(ONE, HEALTHY)
        home.clock.pass_ms(600_000)
        await remind(home)
        assert len(await reminders(home)) == 1
        await home.look(ONE, DEAD)
        home.clock.pass_ms(60_000)
        await remind(home)
        assert [facts.reminder for facts in await reminders(home)] == [1, 1]


@in_loop
async def test_alerts_that_are_due_together_are_reminded_of_together(store_url: str) -> None:
    async with house(store_url, plan(alert_on=AlertOn.REPLICA)) as home:
        await home.look(ONE, DEAD)
        home.clock.pass_ms(20_000)
        await home.look(TWO, DEAD)
        home.clock.pass_ms(40_000)
        await remind(home)
        subjects = [facts.subject for facts in await reminders(home)]
        assert subjects == [f"replica:{ONE}", f"replica:{TWO}"]
        assert len({facts.steady for facts in await reminders(home)}) == 1
