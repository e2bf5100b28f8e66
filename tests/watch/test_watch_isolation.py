"""What is written of an isolation that is over, on both databases; the rig plays the rest."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any, cast

from tests.house import DEAD, HEALTHY, FakeClock, House, ended, held, house, plan
from tests.loop import in_loop
from watchkeeper.core.facts import Kind
from watchkeeper.core.moment import Moment
from watchkeeper.core.name import NodeName
from watchkeeper.core.plan import Looking, Window
from watchkeeper.core.report import Report
from watchkeeper.outside.connect import Connector, Place
from watchkeeper.outside.failure import TimedOut
from watchkeeper.outside.outside import real
from watchkeeper.outside.ping import Pinger
from watchkeeper.watch.isolation import MOST_UNTOLD, Blackout, Isolation, say
from watchkeeper.watch.look import Aim, not_available
from watchkeeper.watch.warden import Warden

WINDOW = Window(
    title="Deploy",
    starts_at=FakeClock().wall(),
    lasts_ms=600_000,
    scope=(NodeName("web", "api"),),
)
AIM = Aim(
    kind="http",
    address="http://192.0.2.3/",
    probe=not_available,
    options=None,
    looking=Looking(retries=0, retry_wait_ms=0, timeout_ms=1_000, sick_ms=1_000),
)


async def isolate(home: House, ms: int = 5_000) -> Blackout:
    since = home.now()
    home.clock.pass_ms(ms)
    blackout = Blackout(since, home.now())
    await home.store.write(partial(say, page_no=home.page_no, blackout=blackout))
    return blackout


@in_loop
async def test_an_isolation_inside_a_window_does_not_call_the_page_dead(store_url: str) -> None:
    async with house(store_url, held(plan(), WINDOW)) as home:
        await Warden(home.post(), lambda: home.plan).go_round()
        await home.look("web:api:1", DEAD)
        await isolate(home)
        said = [(one.kind, one.status) for one in await home.said()]
        assert said == [(Kind.ISOLATED, HEALTHY)]


@in_loop
async def test_an_isolation_is_written_once_though_its_transaction_runs_again(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        blackout = await isolate(home)
        await home.store.write(partial(say, page_no=home.page_no, blackout=blackout))
        assert [one.kind for one in await home.said()] == [Kind.ISOLATED]
        assert len(await home.rows("SELECT no FROM blind")) == 1


@in_loop
async def test_processes_that_were_cut_off_together_say_it_once(store_url: str) -> None:
    async with house(store_url) as home:
        blackout = await isolate(home)
        later = Blackout(
            Moment(steady=blackout.since.steady + 700, at=blackout.since.at + 700), home.now()
        )
        await home.store.write(partial(say, page_no=home.page_no, blackout=later))
        assert [one.kind for one in await home.said()] == [Kind.ISOLATED]


class Dark:
    """A network in which nobody answers; *asked* is set when somebody was asked."""

    def __init__(self) -> None:
        self.asked, self.given_up = asyncio.Event(), asyncio.Event()

    async def socket(self, *_: object) -> Any:
        self.asked.set()
        await self.given_up.wait()
        raise TimedOut

    async def ping(self, *_: object) -> Any:
        await self.socket()


@in_loop
async def test_who_was_asked_before_a_look_came_through_begins_no_isolation_anew(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        dark = Dark()
        outside = replace(
            real(clock=home.clock),
            connect=cast("Connector", dark),
            pinger=cast("Pinger", dark),
        )
        isolation = Isolation(replace(home.ground, outside=outside))
        isolation.anchors = [Place(host=f"192.0.2.{n}", port=80) for n in (1, 2)]
        dark.given_up.set()
        assert await isolation.is_cut_off()
        dark.given_up.clear()
        dark.asked.clear()
        home.clock.pass_ms(1_000)
        doubt = asyncio.create_task(isolation.is_cut_off())
        await dark.asked.wait()
        home.clock.pass_ms(1_000)
        await isolation.judged(AIM, Report(status=HEALTHY), home.now().steady)
        home.clock.pass_ms(1_000)
        dark.given_up.set()
        assert not await doubt
        assert await isolation.is_cut_off()


@in_loop
async def test_what_cannot_be_told_grows_to_a_hundred_isolations_and_leaves_no_time_out(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        dark = Dark()
        dark.given_up.set()
        outside = replace(
            real(clock=home.clock),
            connect=cast("Connector", dark),
            pinger=cast("Pinger", dark),
        )
        isolation = Isolation(replace(home.ground, outside=outside))
        isolation.anchors = [Place(host=f"192.0.2.{n}", port=80) for n in (1, 2)]
        for _ in range(MOST_UNTOLD + 20):
            home.clock.pass_ms(1_000)
            assert await isolation.is_cut_off()
            home.clock.pass_ms(1_000)
            await isolation.judged(AIM, Report(status=HEALTHY), home.now().steady)
        telling = asyncio.create_task(isolation.run())
        while len(await home.rows("SELECT no FROM blind")) < MOST_UNTOLD:
            await home.follower.follow()
        await ended([telling])
        spans = await home.rows("SELECT since_at, until_at FROM blind ORDER BY no")
        assert len(spans) == MOST_UNTOLD
        assert spans[-1] == (spans[-2][1] + 1_000, home.clock.wall())
