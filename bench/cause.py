"""Cause: from a listener that closes to the first message at the receiver."""

import asyncio
import random
import statistics
import tempfile
import time
from pathlib import Path

from bench import config, machines
from bench.machines import Receiver
from bench.serving import watchkeeper
from rig.port import free_port

ROUNDS, ROUNDS_WITH_RETRIES = 100, 30
EVERY_S = 1
DEADLINE_S = 30.0
P50_MOST_S, P99_MOST_S = 0.6, 1.2
_WARM_S = 4.0


def main() -> None:
    """Print how long it takes, with one attempt a look and with the default of three."""
    goal = f"p50 at most {P50_MOST_S} s, p99 {P99_MOST_S} s"
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        print(f"looks every {EVERY_S} s; a listener closes at a random moment")
        _print("one attempt a look", _measure(folder, ROUNDS, "poll_retry = 0"), goal)
        _print("three attempts, the default", _measure(folder, ROUNDS_WITH_RETRIES, ""), "no goal")


def _measure(folder: Path, rounds: int, metrics: str) -> list[float]:
    """Return the seconds from the cause to the message of each round, each at a new target."""
    ports = [free_port() for _ in range(rounds)]
    replicas = [f"tcp://127.0.0.1:{port}" for port in ports]
    with machines.receiver() as hook:
        nodes = [config.node("node", "poll", replicas)]
        services = [config.service("bench", nodes)]
        file = config.write(folder, services, poll_s=EVERY_S, hook=hook.url, metrics=metrics)
        return asyncio.run(_rounds(file, folder / f"cause-{rounds}.db", ports, hook))


async def _rounds(file: Path, store: Path, ports: list[int], hook: Receiver) -> list[float]:
    servers = [await asyncio.start_server(_hang_up, "127.0.0.1", port) for port in ports]
    took = []
    with watchkeeper(file, str(store)):
        await asyncio.sleep(_WARM_S)
        for server, port in zip(servers, ports, strict=True):
            await asyncio.sleep(random.random() * EVERY_S)
            cause = time.monotonic()
            server.close()
            took.append(await _told(hook, "dead") - cause)
            await asyncio.start_server(_hang_up, "127.0.0.1", port)
            await _told(hook, "healthy")
    return took


async def _hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.close()


async def _told(hook: Receiver, status: str) -> float:
    """Return when the receiver heard that the page is *status*, and forget all it heard."""
    deadline = time.monotonic() + DEADLINE_S
    while time.monotonic() < deadline:
        for at, message in hook.messages:
            if message["status"] == status:
                hook.messages.clear()
                return at
        await asyncio.sleep(0.005)
    raise RuntimeError(f"nobody said {status!r} within {DEADLINE_S:.0f} s")


def _print(title: str, took: list[float], goal: str) -> None:
    cuts = statistics.quantiles(took, n=100)
    print(
        f"  {title}: p50 {cuts[49]:.2f} s, p99 {cuts[98]:.2f} s, {min(took):.2f} to"
        f" {max(took):.2f} s in {len(took)} rounds ({goal})"
    )
