"""What the door does when something goes wrong that nobody expected."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

import pytest

from tests.house import DEAD, HEALTHY, REPORTER, SICK, House, house, name
from tests.judge import judge_cursors
from tests.loop import in_loop
from tests.stores import Around
from watchkeeper.core.report import Report, Source, SourceKind
from watchkeeper.judge.outcome import Outcome
from watchkeeper.store.cursor import Track, Transaction
from watchkeeper.store.errors import StoreRefused

T = TypeVar("T")
POISON = 666


class Mistaken(Around):
    """The real store, on whose fast path is a mistake."""

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        if track is Track.FAST:
            raise ArithmeticError("a value that the database would never take")
        return await self._store.write(transaction, track)


class Poisoned(judge_cursors.Counting):
    """A cursor of a database that would never take what one replica reports."""

    def run_many(self, sql: str, rows: Sequence[Sequence[Any]]) -> int:
        if " sighting " in sql and any(POISON in row for row in rows):
            raise ArithmeticError("a value that the database would never take")
        return super().run_many(sql, rows)


class PoisonedStore(Around):
    """The real store, whose gate breaks on poison, and then refuses all if it *ails*."""

    ails = False
    writes = 0

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        self.writes += 1
        if self.ails and self.writes > 1:
            raise StoreRefused("the database is gone")
        return await self._store.write(lambda cursor: transaction(Poisoned(cursor)), track)


class Counting(Around):
    """The real store, which counts the commits of the fast path, and those behind the gate."""

    commits = 0
    decisions = 0

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        self.commits += track is Track.FAST
        self.decisions += track is Track.GATE
        return await self._store.write(transaction, track)


@in_loop
async def test_reports_that_come_one_after_another_share_a_commit(tmp_path: Path) -> None:
    async with house(str(tmp_path / "wk.db"), around=Counting) as home:
        store = cast("Counting", home.store)
        who = [f"web:push:{number}" for number in range(5)]
        for one in who:
            await home.push(one, HEALTHY)
        before = store.commits
        taken = []
        for one in who:
            taken.append(asyncio.ensure_future(home.push(one, HEALTHY)))
            await asyncio.sleep(0)
        assert await asyncio.gather(*taken) == [Outcome.TAKEN] * 5
        assert store.commits == before + 1


@in_loop
async def test_what_says_nothing_new_by_the_view_of_a_database_that_was_lost_is_decided(
    tmp_path: Path,
) -> None:
    async with house(str(tmp_path / "wk.db"), around=Counting) as home:
        store = cast("Counting", home.store)
        await home.push("web:push:1", HEALTHY)
        now, before = home.follower.generation, store.decisions
        home.follower.generation = now - 1
        taken = asyncio.ensure_future(home.push("web:push:1", HEALTHY))
        await asyncio.sleep(0)
        home.follower.generation = now
        assert await taken is Outcome.TAKEN
        assert (store.commits, store.decisions) == (1, before + 1)


@in_loop
async def test_a_mistake_on_the_fast_path_ends_no_door_and_its_reports_go_through_the_gate(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with house(str(tmp_path / "wk.db"), around=Mistaken) as home:
        first = await home.push("web:push:1", HEALTHY)
        again = await asyncio.wait_for(home.push("web:push:1", HEALTHY), 30)
        then = await asyncio.wait_for(home.push("web:push:1", SICK), 30)
        assert [first, again, then] == [Outcome.TAKEN] * 3
        heard = await home.rows("SELECT heard FROM sighting")
        assert heard == [(home.clock.steady(),)]
    assert "could not be swallowed" in caplog.text


async def reported(home: House, *, poison: int) -> list[Outcome | BaseException]:
    """Let five reports share a batch, of which the third holds *poison*."""
    home.clock.pass_ms(1)
    heard = home.clock.steady()
    reports = [
        Report(
            status=HEALTHY, source=REPORTER, heard=heard, valid_ms=9, cpu=poison if n == 2 else 0
        )
        for n in range(5)
    ]
    taken = [home.door.take(name(f"web:push:{n}"), one) for n, one in enumerate(reports)]
    return await asyncio.wait_for(asyncio.gather(*taken, return_exceptions=True), 30)


@in_loop
async def test_what_nobody_could_decide_is_turned_away_alone(tmp_path: Path) -> None:
    async with house(str(tmp_path / "wk.db"), around=PoisonedStore) as home:
        outcomes = await reported(home, poison=POISON)
        assert [isinstance(one, StoreRefused) for one in outcomes] == [n == 2 for n in range(5)]
        assert await home.rows("SELECT COUNT(*) FROM sighting") == [(4,)]
        assert await home.push("web:push:2", HEALTHY) is Outcome.TAKEN


@in_loop
async def test_nobody_waits_for_each_of_a_broken_batch_once_the_store_refuses(
    tmp_path: Path,
) -> None:
    async with house(str(tmp_path / "wk.db"), around=PoisonedStore) as home:
        store = cast("PoisonedStore", home.store)
        store.ails, store.writes = True, 0
        outcomes = await reported(home, poison=POISON)
        assert all(isinstance(one, StoreRefused) for one in outcomes)
        assert store.writes == 2
        store.ails = False
        assert await home.push("web:push:2", HEALTHY) is Outcome.TAKEN


@in_loop
async def test_a_report_is_kept_though_whoever_brought_it_waits_no_more(tmp_path: Path) -> None:
    async with house(str(tmp_path / "wk.db")) as home:
        waits = asyncio.ensure_future(home.push("web:push:1", HEALTHY))
        await asyncio.sleep(0)
        waits.cancel()
        assert await home.push("web:push:2", HEALTHY) is Outcome.TAKEN
        assert await home.rows("SELECT COUNT(*) FROM sighting") == [(2,)]


@in_loop
async def test_the_evidence_of_a_death_is_what_its_own_source_saw(tmp_path: Path) -> None:
    async with house(str(tmp_path / "wk.db")) as home:
        home.clock.pass_ms(1)
        reports = [
            Report(status, Source(SourceKind.REPORTER, key), home.clock.steady(), 9, evidence=key)
            for status, key in ((DEAD, "ill"), (HEALTHY, "well"))
        ]
        await asyncio.gather(*(home.door.take(name("web:push:1"), one) for one in reports))
        assert [body.strip() for (body,) in await home.rows("SELECT body FROM evidence")] == ["ill"]
