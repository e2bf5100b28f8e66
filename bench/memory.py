"""Memory: 1,000 replicas, looked at or reporting, for a minute."""

import asyncio
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path

from bench import config, machines, proc
from bench.serving import Serving, nginx, watchkeeper

REPLICAS, A_NODE = 1_000, 100
EVERY_S = 10
SPAN_S = 60
MILESTONE_MB, GOAL_MB = 120, 80


def main() -> None:
    """Print the memory after a minute of each."""
    print(
        f"{REPLICAS:,} replicas, each every {EVERY_S} s, after {SPAN_S} s"
        f" (milestone {MILESTONE_MB} MB, goal {GOAL_MB})"
    )
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with nginx(folder) as target:
            _serve(folder, "looked at over HTTP", _looked_at(target.url), _wait)
        pushed = [config.node(f"node-{n}", "push") for n in range(REPLICAS // A_NODE)]
        _serve(folder, "reporting", pushed, _report)


def _serve(folder: Path, title: str, nodes: Iterable[str], busy: Callable[[Serving], None]) -> None:
    file = config.write(folder, [config.service("bench", nodes)], poll_s=EVERY_S)
    with watchkeeper(file, str(folder / f"{title}.db")) as serving:
        ready = proc.rss_mb(serving.pid)
        busy(serving)
        now, peak = proc.rss_mb(serving.pid), proc.peak_mb(serving.pid)
        used = proc.cpu_s(serving.pid)
    print(
        f"  {title}: {now:.0f} MB ({ready:.0f} MB when ready, {peak:.0f} MB at the peak;"
        f" {used:.1f} s of CPU)"
    )


def _looked_at(target: str) -> list[str]:
    return [
        config.node(f"node-{n}", "poll", [f"{target}/{n}/{r}" for r in range(A_NODE)])
        for n in range(REPLICAS // A_NODE)
    ]


def _wait(_: Serving) -> None:
    time.sleep(SPAN_S)


def _report(serving: Serving) -> None:
    reports = [
        (
            f"/reporter/bench/node-{number // A_NODE}",
            {
                "replica": f"replica-{number % A_NODE}",
                "interval": 3 * EVERY_S,
                "load": {"cpu": 0.31, "ram": 0.42},
            },
        )
        for number in range(REPLICAS)
    ]
    for _ in range(SPAN_S // EVERY_S):
        asyncio.run(machines.say(serving, reports, EVERY_S))
