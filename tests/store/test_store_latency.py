"""Latencies by time, packed by the hour: whatever happens twice is there once."""

import asyncio
from collections.abc import Iterable
from functools import partial

import pytest

from tests.house import House, house
from tests.loop import in_loop
from watchkeeper.core import histogram, sample
from watchkeeper.core.moment import DAY_MS, HOUR_MS
from watchkeeper.store import latency
from watchkeeper.store.cursor import Cursor, Track
from watchkeeper.store.latency import Gathered, LookRow, Span

DAY = 20_000 * DAY_MS
HOUR = DAY + 5 * HOUR_MS
WHOLE = Span(HOUR, HOUR + HOUR_MS)


def looks(count: int, replica_no: int = 1, *, at: int = HOUR, us: int = 10) -> list[LookRow]:
    return [LookRow(at + 1_000 * n, replica_no, 0, us) for n in range(count)]


async def add(home: House, rows: Iterable[LookRow]) -> None:
    await home.store.write(partial(latency.add, looks=list(rows)))


async def gather(home: House, span: Span = WHOLE) -> Gathered:
    return await home.store.read(partial(latency.gather, span=span))


async def pack(
    home: House, found: Gathered, hour: int = HOUR, now: int = 0, track: Track = Track.PAST
) -> None:
    job = partial(latency.pack, hour=hour, new=found.by_replica, now=now)
    await home.store.write(job, track)


async def kept(home: House, table: str) -> list[tuple[int, int, dict[int, int]]]:
    rows = await home.rows(
        f"SELECT period, replica_no, histogram FROM {table} ORDER BY period, replica_no"
    )
    return [(period, no, dict(histogram.parse(blob))) for period, no, blob in rows]


@in_loop
async def test_what_is_written_twice_is_there_once(store_url: str) -> None:
    async with house(store_url) as home:
        await add(home, looks(3))
        await add(home, looks(4))
        assert (await gather(home)).many == 4


@in_loop
async def test_packing_twice_changes_nothing_and_what_comes_late_is_added(store_url: str) -> None:
    async with house(store_url) as home:
        await add(home, [*looks(3), *looks(2, 2)])
        found = await gather(home)
        for _ in range(2):
            await pack(home, found)
            assert await kept(home, "latency_hour") == [(HOUR, 1, {10: 3}), (HOUR, 2, {10: 2})]
            assert await kept(home, "latency_day") == [(DAY, 1, {10: 3}), (DAY, 2, {10: 2})]
        await add(home, looks(2, at=HOUR + 60_000, us=20))
        await pack(home, await gather(home))
        assert (await kept(home, "latency_hour"))[0] == (HOUR, 1, {10: 3, 20: 2})
        assert (await kept(home, "latency_day"))[0] == (DAY, 1, {10: 3, 20: 2})


@in_loop
async def test_a_day_counts_all_its_hours_and_outlives_them(store_url: str) -> None:
    async with house(store_url) as home:
        later = HOUR + HOUR_MS
        await add(home, [*looks(3), *looks(2, at=later)])
        await pack(home, await gather(home), now=1)
        await pack(home, await gather(home, Span(later, later + HOUR_MS)), later, now=2)
        assert await kept(home, "latency_day") == [(DAY, 1, {10: 5})]
        assert await home.store.write(partial(latency.forget_hours, before=2)) == 1
        assert await kept(home, "latency_hour") == [(later, 1, {10: 2})]
        await home.run("DELETE FROM recent")
        await add(home, looks(1))
        await pack(home, await gather(home), now=3)
        assert await kept(home, "latency_day") == [(DAY, 1, {10: 5})]


@in_loop
async def test_looks_that_came_after_they_were_gathered_are_not_deleted(store_url: str) -> None:
    async with house(store_url) as home:
        await add(home, looks(3))
        found = await gather(home)
        await add(home, looks(1, 2))
        forget = partial(latency.forget_gathered, span=WHOLE, many=found.many)
        assert not await home.store.write(forget)
        assert (await gather(home)).many == 4
        assert await home.store.write(partial(forget, many=4))
        assert (await gather(home)).many == 0


@pytest.mark.parametrize(
    ("at", "found"),
    [
        (HOUR - 1, HOUR - HOUR_MS),
        (HOUR, None),
        (WHOLE.until_at - 1, None),
        (WHOLE.until_at, WHOLE.until_at),
    ],
)
@in_loop
async def test_an_hour_is_found_before_and_after_those_that_are_kept(
    store_url: str, at: int, found: int | None
) -> None:
    async with house(store_url) as home:
        await add(home, [LookRow(at, 1, 0, 10)])
        job = partial(latency.first_hour_outside, kept=WHOLE)
        assert await home.store.read(job) == found


@in_loop
async def test_latencies_of_replicas_are_those_of_the_hours_asked_for_and_the_newest(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        await add(home, [*looks(2), *looks(2, 2)])
        await pack(home, await gather(home))
        await home.run("DELETE FROM recent")
        await add(home, looks(1, at=WHOLE.until_at, us=20))
        read = partial(latency.of_replicas, replica_nos=[2, 1], hours=[HOUR, WHOLE.until_at])
        seen = (await home.store.read(read))[1]
        assert seen.packed == [(HOUR, [sample.of_look(one.at, 0, 10) for one in looks(2)])]
        assert seen.recent == [LookRow(WHOLE.until_at, 1, 0, 20)]
        other = (await home.store.read(partial(read, hours=[WHOLE.until_at])))[2]
        assert (other.packed, other.recent) == ([], [])


@in_loop
async def test_two_who_pack_the_same_hour_lose_nothing(store_url: str) -> None:
    replicas = range(1, 60)

    async with house(store_url) as home:
        await add(home, [one for no in replicas for one in looks(20, no)])
        early = await gather(home)
        await add(home, [one for no in replicas for one in looks(9, no, at=HOUR + 60_000)])
        late = await gather(home, Span(HOUR + 60_000, WHOLE.until_at))
        await asyncio.gather(pack(home, early, track=Track.GATE), pack(home, late))
        assert await kept(home, "latency_hour") == [(HOUR, no, {10: 29}) for no in replicas]


@in_loop
async def test_the_steady_moment_of_packing_decides_what_is_old(store_url: str) -> None:
    def packed(cursor: Cursor) -> int:
        return latency.forget_hours(cursor, 1_000)

    async with house(store_url) as home:
        await add(home, looks(1))
        await pack(home, await gather(home), now=1_000)
        assert await home.store.write(packed) == 0
