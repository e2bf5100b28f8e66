"""Storms: what thousands who die at once may cost."""

import asyncio
from collections.abc import Sequence
from typing import Any, TypeVar

from tests.house import DEAD, HEALTHY, House, house, name, plan
from tests.judge.judge_cursors import Counting
from tests.loop import in_loop
from tests.stores import Around
from watchkeeper.core.plan import AlertOn, Plan
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.judge.admission import Entry
from watchkeeper.judge.decide import Case, decide
from watchkeeper.judge.reconcile import Order, reconcile
from watchkeeper.store.cursor import Cursor, Track, Transaction
from watchkeeper.store.errors import StoreRefused

T = TypeVar("T")
MANY = tuple(map(str, range(40)))


class Slow(Counting):
    """A cursor of a store that is too slow to write more than ten sightings at once."""

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        if " sighting " in sql and len(rows) > 10:
            raise StoreRefused("the database did not answer in time")
        return self.cursor.run_many(sql, rows)


class SlowStore(Around):
    """The real store, whose transactions may not write much at once."""

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        return await self._store.write(lambda cursor: transaction(Slow(cursor)), track)


async def rows_to_decide(home: House, who: str, status: Status) -> int:
    """Decide a look at *who*, and return how many rows were read for it."""
    home.clock.pass_ms(1_000)
    node_no = home.follower.view.node_no(name(who).of_node)
    assert node_no is not None
    report = Report(status=status, heard=home.clock.steady(), seq=home.clock.steady())
    case = Case(home.page_no, home.door.rules, home.now())

    def job(cursor: Cursor) -> int:
        counting = Counting(cursor)
        decide(counting, case, [Entry(name(who), node_no, report)])
        return counting.read

    return await home.store.write(job)


@in_loop
async def test_a_death_costs_the_same_however_many_died_before(store_url: str) -> None:
    async with house(store_url, plan({"web:api": MANY})) as home:
        await rows_to_decide(home, "web:api:0", DEAD)
        deaths = [await rows_to_decide(home, f"web:api:{who}", DEAD) for who in MANY[1:]]
        assert len(set(deaths)) == 1
        returns = [await rows_to_decide(home, f"web:api:{who}", HEALTHY) for who in MANY[1:]]
        assert len(set(returns)) == 1
        said = await home.said()
        assert [len(facts.dead) for facts in said] == [*range(1, 41), *range(39, 0, -1)]
        assert said[-1].closed is None


@in_loop
async def test_the_last_who_comes_back_closes_its_own_alert_and_no_other(store_url: str) -> None:
    nodes = {"web:api": ("1", "2"), "mail:smtp": ("1",)}
    async with house(store_url, plan(nodes, alert_on=AlertOn.SERVICE)) as home:
        for who in ("web:api:1", "web:api:2", "mail:smtp:1"):
            await home.look(who, DEAD)
        await home.look("web:api:1", HEALTHY)
        await home.look("web:api:2", HEALTHY)
        closed = "SELECT subject, closed_at IS NOT NULL FROM alert ORDER BY no"
        found = [(subject, bool(is_closed)) for subject, is_closed in await home.rows(closed)]
        assert found == [("service:web", True), ("service:mail", False)]


async def statements_to_adopt(home: House, wanted: Plan) -> int:
    """Reconcile *wanted*, and return how many statements that took."""
    order = Order(page_no=home.page_no, plan=wanted, now=home.now())

    def job(cursor: Cursor) -> int:
        counting = Counting(cursor)
        reconcile(counting, order)
        return counting.statements

    return await home.store.write(job)


@in_loop
async def test_alerts_are_written_in_as_many_statements_however_many_they_are(
    store_url: str,
) -> None:
    kinds = (AlertOn.REPLICA, AlertOn.NODE, AlertOn.PAGE)
    nodes = {f"web:n{who}": ("1",) for who in MANY}
    async with house(store_url, plan(nodes)) as home:
        await home.look("web:n0:1", DEAD)
        about_one = [await statements_to_adopt(home, plan(nodes, alert_on=on)) for on in kinds]
        for who in nodes:
            await home.look(f"{who}:1", DEAD)
        about_all = [await statements_to_adopt(home, plan(nodes, alert_on=on)) for on in kinds]
        opened = await home.rows("SELECT kind, COUNT(*) FROM alert GROUP BY kind ORDER BY kind")
        assert opened == [("node", 41), ("page", 3), ("replica", 41)]
        assert about_one == about_all


@in_loop
async def test_what_is_too_much_for_the_store_at_once_is_decided_in_smaller_pieces(
    store_url: str,
) -> None:
    async with house(store_url, plan({"web:api": MANY}), around=SlowStore) as home:
        for _ in range(6):
            home.clock.pass_ms(1_000)
            now = home.clock.steady()
            looks = [
                home.door.take(name(f"web:api:{who}"), Report(status=DEAD, heard=now, seq=now))
                for who in MANY
            ]
            await asyncio.gather(*looks, return_exceptions=True)
            await home.follower.follow()
        members = await home.rows("SELECT COUNT(*) FROM alert_member")
        assert members == [(len(MANY),)]
