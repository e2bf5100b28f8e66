"""Push reports: accepted and on disk per CPU-second, beside nginx's `return 200`."""

import statistics
import tempfile
from pathlib import Path
from typing import NamedTuple

from bench import config, disk, load, proc
from bench.load import CLIENTS, Load
from bench.serving import Serving, nginx, watchkeeper

ROUNDS = 5
ROUND_S = 4
REPLICAS = 1_000
NODES = 10
NEWS_EVERY = 1_000
MILESTONE, GOAL = 0.15, 0.5


class Round(NamedTuple):
    """One round of one server."""

    per_cpu_s: float
    seen: Load


def main() -> None:
    """Print both rates, their ratio, and what the disk could do meanwhile."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        nodes = [config.node(f"node-{number}", "push") for number in range(NODES)]
        file = config.write(folder, [config.service("bench", nodes)])
        with (
            watchkeeper(file, str(folder / "bench.db"), pinned=True) as ours,
            nginx(folder, pinned=True) as peer,
        ):
            _measure(ours, 2)  # all replicas are known before anything counts
            _print(*_alternate(folder, ours, peer))
            print(f"  memory of watchkeeper afterwards: {proc.rss_mb(ours.pid):.0f} MB")


def _alternate(
    folder: Path, ours: Serving, peer: Serving
) -> tuple[list[Round], list[Round], list[float]]:
    us: list[Round] = []
    them: list[Round] = []
    syncs: list[float] = []
    for _ in range(ROUNDS):
        syncs += disk.measure(folder, 1)
        us.append(_measure(ours, ROUND_S))
        them.append(_measure(peer, ROUND_S))
    return us, them, syncs


def _measure(serving: Serving, seconds: int) -> Round:
    before = proc.cpu_s(serving.pid)
    seen = load.wrk(serving, seconds, (REPLICAS, NEWS_EVERY))
    used = proc.cpu_s(serving.pid) - before
    if seen.refused:
        raise RuntimeError(f"{seen.refused} of {seen.answers} reports were not answered with 200")
    return Round(seen.answers / used, seen)


def _print(us: list[Round], them: list[Round], syncs: list[float]) -> None:
    ours, theirs = _median(us), _median(them)
    print(
        f"{CLIENTS} clients, {REPLICAS:,} replicas, 1 report of {NEWS_EVERY:,} is news;"
        f" medians of {ROUNDS} alternating rounds of {ROUND_S} s"
    )
    _print_rounds("watchkeeper, on disk", us)
    _print_rounds("nginx, return 200", them)
    print(f"  disk, fdatasync of 4 KiB: {disk.summed(syncs)}")
    print(f"  ratio {ours / theirs:.2f} (milestone {MILESTONE}, goal {GOAL})")


def _print_rounds(title: str, rounds: list[Round]) -> None:
    rates = sorted(one.per_cpu_s for one in rounds)
    middle = sorted(rounds, key=lambda one: one.per_cpu_s)[len(rounds) // 2].seen
    print(
        f"  {title}: {statistics.median(rates):,.0f} per CPU-second"
        f" ({rates[0]:,.0f} to {rates[-1]:,.0f}); {middle.answers / middle.seconds:,.0f} a second,"
        f" p50 {middle.p50_ms:.1f} ms, p99 {middle.p99_ms:.1f} ms, max {middle.max_ms:.0f} ms"
    )


def _median(rounds: list[Round]) -> float:
    return statistics.median(one.per_cpu_s for one in rounds)
