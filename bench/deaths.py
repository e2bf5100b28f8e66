"""Deaths: 1,000 replicas die within a second, or 20,000; when is it saved, and when is it told."""

import asyncio
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from bench import config, machines
from bench.cluster import postgres
from bench.machines import CONNECTIONS, Receiver
from bench.serving import Serving, watchkeeper

REPLICAS, MOST_REPLICAS = 1_000, 20_000
A_NODE, A_SERVICE = 100, 1_000
ROUNDS = 5
DEADLINE_S = 300.0
_MEMBERS = "SELECT COUNT(*) FROM alert_member m JOIN alert a ON a.no = m.alert_no"
Count = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Storm:
    """Seconds from the first report of a death to what followed, and who the message named."""

    saved_s: float
    told_s: float
    named: int
    live_ms: list[float]
    page_ms: list[float]


def main() -> None:
    """Print how long it takes on each database."""
    print(f"{REPLICAS:,} replicas are reported dead within a second; medians of {ROUNDS} starts")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        _print("sqlite", [_on_sqlite(folder, number) for number in range(ROUNDS)])
        with postgres(folder) as url:
            _print("postgresql", [_on_postgres(folder, url, n) for n in range(ROUNDS)])
        print("the same, by one reporter that waits for each answer:")
        _print("sqlite", [_on_sqlite(folder, ROUNDS, connections=1)])


def most() -> None:
    """Print the same for as many replicas as a page may have, and what others feel of it."""
    print(f"{MOST_REPLICAS:,} replicas are reported dead, each as soon as a connection is free")
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        _print("sqlite", [_on_sqlite(folder, 0, replicas=MOST_REPLICAS)])
        with postgres(folder) as url:
            _print("postgresql", [_on_postgres(folder, url, 0, MOST_REPLICAS)])


def _on_sqlite(
    folder: Path, number: int, connections: int = CONNECTIONS, replicas: int = REPLICAS
) -> Storm:
    file = folder / f"deaths-{number}.db"

    def members() -> int:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute(_MEMBERS).fetchone()[0])

    return _storm(folder, str(file), members, connections, replicas)


def _on_postgres(folder: Path, url: str, number: int, replicas: int = REPLICAS) -> Storm:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE deaths{number}")
    store = url.rpartition("/")[0] + f"/deaths{number}"

    def members() -> int:
        with psycopg.connect(store) as connection:
            row = connection.execute(_MEMBERS).fetchone()
            return int(row[0]) if row else 0

    return _storm(folder, store, members, CONNECTIONS, replicas)


def _storm(folder: Path, store: str, members: Count, connections: int, replicas: int) -> Storm:
    nodes = [
        [config.node(f"node-{n}", "local") for n in range(first, first + A_SERVICE // A_NODE)]
        for first in range(0, replicas // A_NODE, A_SERVICE // A_NODE)
    ]
    services = [config.service(f"bench-{no}", its) for no, its in enumerate(nodes)]
    with machines.receiver() as hook:
        file = config.write(folder, services, hook=hook.url)
        with watchkeeper(file, store) as serving:
            return asyncio.run(_die(serving, hook, members, connections, replicas))


async def _die(
    serving: Serving, hook: Receiver, members: Count, connections: int, replicas: int
) -> Storm:
    await machines.say(serving, _reports("healthy", replicas), 1)
    with (
        machines.asking(serving, "/health/live", 0.02) as live,
        machines.asking(serving, "/", 0.2) as page,
    ):
        began = time.monotonic()
        reports = _reports("dead", replicas)
        dying = asyncio.create_task(machines.say(serving, reports, 1, connections))
        saved = await asyncio.to_thread(_wait, lambda: members() == replicas)
        await dying
        await asyncio.to_thread(_wait, lambda: bool(hook.messages))
    told, message = hook.messages[0]
    return Storm(saved - began, told - began, len(message["replicas"]), live, page)


def _reports(health: str, replicas: int) -> list[tuple[str, dict[str, Any]]]:
    return [
        (
            f"/reporter/bench-{number // A_SERVICE}/node-{number // A_NODE}",
            {"replica": f"replica-{number % A_NODE}", "interval": 600, "health": health},
        )
        for number in range(replicas)
    ]


def _wait(happened: Callable[[], bool]) -> float:
    """Return the moment at which *happened*."""
    deadline = time.monotonic() + DEADLINE_S
    while not happened():
        if time.monotonic() > deadline:
            raise RuntimeError(f"it did not happen within {DEADLINE_S:.0f} s")
        time.sleep(0.01)
    return time.monotonic()


def _print(title: str, storms: list[Storm]) -> None:
    named = statistics.median(one.named for one in storms)
    print(
        f"  {title}: all members on disk after {_seconds([one.saved_s for one in storms])};"
        f" first message left after {_seconds([one.told_s for one in storms])},"
        f" naming {named:.0f}"
    )
    _print_waits("/health/live", [wait for one in storms for wait in one.live_ms])
    _print_waits("the page", [wait for one in storms for wait in one.page_ms])


def _print_waits(title: str, waits: list[float]) -> None:
    cuts = statistics.quantiles(waits, n=100)
    print(
        f"    {title} answered meanwhile: p50 {cuts[49]:.0f} ms, p99 {cuts[98]:.0f} ms,"
        f" max {max(waits):.0f} ms"
    )


def _seconds(took: list[float]) -> str:
    return f"{statistics.median(took):.2f} s ({min(took):.2f} to {max(took):.2f})"
