"""Latencies: a day of looks, noted, written, packed and forgotten as the server does it.

Only the clock is ours: a day takes as long as the work in it.
"""

import asyncio
import random
import resource
import tempfile
import time
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TypeVar

from watchkeeper.core.moment import HOUR_MS
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.judge.ground import break_ground
from watchkeeper.outside.outside import real
from watchkeeper.store import latency
from watchkeeper.store.cursor import Cursor, Store, Track, Transaction
from watchkeeper.store.opening import open_to_serve
from watchkeeper.watch.notebook import EVERY_MS, Notebook
from watchkeeper.watch.packing import pack_next

REPLICAS, EVERY_S, HOURS = 1_000, 10, 24
_DAY = 20_000 * 24 * HOUR_MS
T = TypeVar("T")


@dataclass(slots=True)
class _DayClock:
    """A wall clock that the bench moves on; steady time is the same."""

    now: int = _DAY

    def boottime(self) -> int:
        return self.now

    def wall(self) -> int:
        return self.now

    def steady(self) -> int:
        return self.now

    def adopt(self, steady: int) -> None:
        self.now = max(self.now, steady)

    def boot_id(self) -> str:
        return "bench"

    async def sleep(self, ms: int) -> None:
        self.now += ms


@dataclass(slots=True)
class _Timed:
    """The real store, and the longest that a transaction kept its only writer."""

    store: Store
    longest_ms: dict[str, float] = field(default_factory=dict)

    @property
    def generation(self) -> int:
        return self.store.generation

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        began = time.perf_counter()
        result = await self.store.write(transaction, track)
        took = (time.perf_counter() - began) * 1000
        name = transaction.func.__name__ if isinstance(transaction, partial) else "other"
        self.longest_ms[name] = max(took, self.longest_ms.get(name, 0))
        return result

    async def read(self, transaction: Transaction[T]) -> T:
        return await self.store.read(transaction)

    async def close(self) -> None:
        await self.store.close()


def main() -> None:
    """Print what a day of latencies writes, keeps, and costs."""
    print(f"{REPLICAS:,} replicas, each every {EVERY_S} s, for {HOURS} h on SQLite")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        file = Path(name) / "day.db"
        for line in asyncio.run(_day(file)):
            print(f"  {line}")
        print(f"  the file: {_mb(file.stat().st_size)}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"  memory: {_mb(peak)} at the peak")


async def _day(file: Path) -> list[str]:
    """Live through a day, and return what it cost."""
    clock = _DayClock()
    store = _Timed(await open_to_serve(str(file)))
    ground = await break_ground(real(clock=clock), store, is_alone=True)
    names = await store.write(partial(_people, page_no=ground.page_no))
    await ground.follower.follow()
    latencies = Notebook(ground)
    written, used = _written(), time.process_time()
    hours = 0
    for _ in range(HOURS * HOUR_MS // EVERY_MS):
        _look(latencies, names, clock)
        await latencies.flush()
        hours += await pack_next(store, clock)
    clock.now += HOUR_MS
    hours += await pack_next(store, clock)
    figures = await _figures(store, hours)
    await ground.outside.close()
    await store.close()
    looks = REPLICAS * HOURS * 3600 // EVERY_S
    cost = f"{(time.process_time() - used) / looks * 1e6:.1f} µs of CPU a look"
    return [f"{looks:,} looks: {_mb(_written() - written)} written, {cost}", *figures]


def _look(latencies: Notebook, names: list[ReplicaName], clock: _DayClock) -> None:
    """Take all looks of a minute, each replica at its own phase."""
    began = clock.now
    rounds = EVERY_MS // (EVERY_S * 1000)
    for number in range(rounds * len(names)):
        clock.now = began + number * EVERY_MS // (rounds * len(names))
        took = int(random.lognormvariate(9.5, 0.6))  # 13 ms, most up to 40
        latencies.note(names[number % len(names)], Report(status=Status.HEALTHY, latency_us=took))
    clock.now = began + EVERY_MS


async def _figures(store: _Timed, hours: int) -> list[str]:
    """Return what the store says of a day that was packed in so many *hours*."""
    began = time.perf_counter()
    periods = range(_DAY, _DAY + HOURS * HOUR_MS, HOUR_MS)
    read = partial(latency.of_replicas, replica_nos=[REPLICAS // 2], hours=periods)
    [seen] = (await store.read(read)).values()
    took = (time.perf_counter() - began) * 1000
    packed = sum(len(samples) for _, samples in seen.packed)
    sizes = await store.read(_sizes)
    tables = [f"{name}: {rows:,} rows, {_mb(size)} in them" for name, (rows, size) in sizes.items()]
    longest = [
        f"the longest transaction of {name}: {store.longest_ms[name]:.0f} ms"
        for name in ("add", "pack", "forget_gathered")
    ]
    reading = f"one replica's day, {packed:,} looks of {hours} hours, read in {took:.1f} ms"
    return [*tables, reading, *longest]


def _people(cursor: Cursor, page_no: int) -> list[ReplicaName]:
    """Write a node with all replicas; return their names."""
    cursor.run(
        "INSERT INTO service (page_no, key, label, position, status, since_at, owner, revision)"
        " VALUES (?, 'bench', 'bench', 0, 0, 0, 'file', 1)",
        (page_no,),
    )
    cursor.run(
        "INSERT INTO node (service_no, key, label, position, mode, status, since_at, owner,"
        " revision) VALUES (1, 'node', 'node', 0, 'poll', 0, 0, 'file', 1)"
    )
    cursor.run_many(
        "INSERT INTO replica (node_no, key, position, owner, status, standing, reason_code,"
        " since_at, revision) VALUES (1, ?, ?, 'file', 0, 0, '', 0, 1)",
        [(str(number), number) for number in range(REPLICAS)],
    )
    cursor.run("UPDATE page SET revision = 1")
    return [ReplicaName("bench", "node", str(number)) for number in range(REPLICAS)]


def _sizes(cursor: Cursor) -> dict[str, tuple[int, int]]:
    """Return how many rows each table has, and the bytes of its blobs."""
    blobs = {
        "recent": "0",
        "latency_hour": "LENGTH(samples) + LENGTH(histogram)",
        "latency_day": "LENGTH(histogram)",
    }
    found = {
        table: cursor.rows(f"SELECT COUNT(*), COALESCE(SUM({size}), 0) FROM {table}")
        for table, size in blobs.items()
    }
    return {table: (rows[0][0], rows[0][1]) for table, rows in found.items()}


def _written() -> int:
    """Return how many bytes this process has made the kernel write to disks."""
    fields = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(fields["write_bytes"])


def _mb(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"
