"""What is written of an isolation that is over, on both databases; the rig plays the rest."""

import asyncio
from functools import partial

from tests.house import DEAD, HEALTHY, FakeClock, House, held, house, plan
from watchkeeper.core.alert import Moment
from watchkeeper.core.facts import Kind
from watchkeeper.core.plan import NodeName, Window
from watchkeeper.watch.isolation import Span, say
from watchkeeper.watch.warden import Warden

WINDOW = Window(
    title="Deploy",
    starts_at=FakeClock().wall(),
    lasts_ms=600_000,
    scope=(NodeName("web", "api"),),
)


async def isolate(home: House, ms: int = 5_000) -> Span:
    since = home.now()
    home.clock.pass_ms(ms)
    span = Span(since, home.now())
    await home.store.write(partial(say, page_no=home.page_no, span=span))
    return span


def test_an_isolation_inside_a_window_does_not_call_the_page_dead(store_url: str) -> None:
    async def main() -> None:
        async with house(store_url, held(plan(), WINDOW)) as home:
            workers = home.workers("w")
            await Warden(
                home.store, home.follower, home.clock, workers, lambda: home.plan
            ).go_round()
            await home.look("web:api:1", DEAD)
            await isolate(home)
            said = [(one.kind, one.status) for one in await home.said()]
            assert said == [(Kind.ISOLATED, HEALTHY)]

    asyncio.run(main())


def test_an_isolation_is_written_once_though_its_transaction_runs_again(store_url: str) -> None:
    async def main() -> None:
        async with house(store_url) as home:
            span = await isolate(home)
            await home.store.write(partial(say, page_no=home.page_no, span=span))
            assert [one.kind for one in await home.said()] == [Kind.ISOLATED]
            assert len(await home.rows("SELECT no FROM blind")) == 1

    asyncio.run(main())


def test_processes_that_were_cut_off_together_say_it_once(store_url: str) -> None:
    async def main() -> None:
        async with house(store_url) as home:
            span = await isolate(home)
            later = Span(Moment(steady=span.since.steady + 700, at=span.since.at + 700), home.now())
            await home.store.write(partial(say, page_no=home.page_no, span=later))
            assert [one.kind for one in await home.said()] == [Kind.ISOLATED]

    asyncio.run(main())
