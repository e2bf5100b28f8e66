"""Deaths: 1,000 replicas die within a second; when is that saved, and when is it told."""

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

REPLICAS = 1_000
A_NODE = 100
ROUNDS = 5
DEADLINE_S = 120.0
_MEMBERS = "SELECT COUNT(*) FROM alert_member m JOIN alert a ON a.no = m.alert_no"
Count = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Storm:
    """Seconds from the first report of a death to what followed, and who the message named."""

    saved_s: float
    told_s: float
    named: int


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


def _on_sqlite(folder: Path, number: int, connections: int = CONNECTIONS) -> Storm:
    file = folder / f"deaths-{number}.db"

    def members() -> int:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
            return int(connection.execute(_MEMBERS).fetchone()[0])

    return _storm(folder, str(file), members, connections)


def _on_postgres(folder: Path, url: str, number: int) -> Storm:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE deaths{number}")
    store = url.rpartition("/")[0] + f"/deaths{number}"

    def members() -> int:
        with psycopg.connect(store) as connection:
            row = connection.execute(_MEMBERS).fetchone()
            return int(row[0]) if row else 0

    return _storm(folder, store, members, CONNECTIONS)


def _storm(folder: Path, store: str, members: Count, connections: int) -> Storm:
    nodes = [config.node(f"node-{n}", "local") for n in range(REPLICAS // A_NODE)]
    with machines.receiver() as hook:
        file = config.write(folder, [config.service("bench", nodes)], hook=hook.url)
        with watchkeeper(file, store) as serving:
            return asyncio.run(_die(serving, hook, members, connections))


async def _die(serving: Serving, hook: Receiver, members: Count, connections: int) -> Storm:
    await machines.say(serving, _reports("healthy"), 1)
    began = time.monotonic()
    dying = asyncio.create_task(machines.say(serving, _reports("dead"), 1, connections))
    saved = await asyncio.to_thread(_wait, lambda: members() == REPLICAS)
    await dying
    await asyncio.to_thread(_wait, lambda: bool(hook.messages))
    told, message = hook.messages[0]
    return Storm(saved - began, told - began, len(message["replicas"]))


def _reports(health: str) -> list[tuple[str, dict[str, Any]]]:
    return [
        (
            f"/reporter/bench/node-{number // A_NODE}",
            {"replica": f"replica-{number % A_NODE}", "interval": 600, "health": health},
        )
        for number in range(REPLICAS)
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
        f"  {title}: alert with all {REPLICAS:,} members on disk after"
        f" {_seconds([one.saved_s for one in storms])};"
        f" first message left after {_seconds([one.told_s for one in storms])},"
        f" naming {named:.0f}"
    )


def _seconds(took: list[float]) -> str:
    return f"{statistics.median(took):.2f} s ({min(took):.2f} to {max(took):.2f})"
