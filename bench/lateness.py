"""Lateness: 5,000 targets every 30 s, a tenth of which hang; seen at the targets."""

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench import arrivals, config, machines, proc
from bench.serving import watchkeeper
from bench.web import make_certificate
from watchkeeper.core.schedule import phase

TARGETS, A_NODE, HANGS_EVERY = 5_000, 100, 10
EVERY_S, WARM_S, SPAN_S = 30, 45, 90
AT_ONCE, SETTLE_S = 500, 15
LATE_MOST_MS, LAG_MOST_MS, MEMORY_MOST_MB = 1_000, 50, 100
_ONE_LOOK_MS = 15_000
ASK_S = 0.02


def main() -> None:
    """Print how late looks begin, how long the loop lets others wait, and what it costs."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        _late(folder)
        _at_once(folder, "HTTP")
        _at_once(folder, "HTTPS", make_certificate(folder))


def _late(folder: Path) -> None:
    print(
        f"{TARGETS:,} targets over HTTP every {EVERY_S} s, 1 of {HANGS_EVERY} hangs;"
        f" default settings; {SPAN_S} s"
    )
    with arrivals.targets(folder) as (url, file):
        looked_at = _config(folder, url, TARGETS, HANGS_EVERY)
        with watchkeeper(looked_at, str(folder / "late.db")) as serving:
            time.sleep(WARM_S)
            since = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
            used = proc.cpu_s(serving.pid)
            with machines.asking(serving, "/health/live", ASK_S) as waits:
                time.sleep(SPAN_S)
            used = proc.cpu_s(serving.pid) - used
            memory, peak = proc.rss_mb(serving.pid), proc.peak_mb(serving.pid)
    found = arrivals.read(file)
    for which, prefix in (("that answer", "/ok"), ("that hang", "/hang")):
        starts = {path: _starts(times) for path, times in found.items() if path.startswith(prefix)}
        _print_late(which, len(starts), list(_lates(url, starts, since)))
    cuts = statistics.quantiles(waits, n=100)
    print(
        f"  an answer to /health/live, which waits for the loop: p50 {cuts[49]:.1f} ms,"
        f" p99 {cuts[98]:.1f} ms, max {max(waits):.0f} ms (p99 at most {LAG_MOST_MS} ms)"
    )
    print(f"  CPU {used / SPAN_S:.1%} of a core; {memory:.0f} MB, {peak:.0f} MB at the peak")


def _lates(url: str, starts: arrivals.Arrivals, since: int) -> Iterator[int]:
    """Yield how late each look began after the moment *since*, in milliseconds."""
    for path, times in starts.items():
        own = phase(f"bench:node-{path.split('/')[2]}:{url}{path}", EVERY_S * 1000)
        yield from ((at - own) % (EVERY_S * 1000) for at in times if at >= since)


def _print_late(which: str, targets: int, late: list[int]) -> None:
    cuts = statistics.quantiles(late, n=100)
    print(
        f"  {targets:,} targets {which}: {len(late):,} looks began late by p50 {cuts[49]:.0f} ms,"
        f" p99 {cuts[98]:.0f} ms, max {max(late):,} ms (p99 at most {LATE_MOST_MS:,} ms)"
    )


def _starts(times: list[int]) -> list[int]:
    """Return those of *times* at which a look began: its other attempts come soon after."""
    before = [-_ONE_LOOK_MS, *times]
    return [at for last, at in zip(before, times, strict=False) if at - last >= _ONE_LOOK_MS]


def _at_once(folder: Path, title: str, certificate: Path | None = None) -> None:
    with arrivals.targets(folder, certificate) as (url, _):
        looked_at = _config(folder, url, AT_ONCE, 1, certificate)
        with watchkeeper(looked_at, str(folder / f"{title}.db")) as serving:
            before = proc.rss_mb(serving.pid)
            time.sleep(SETTLE_S)
            print(
                f"  {AT_ONCE} looks over {title} at once, all hanging:"
                f" {proc.peak_mb(serving.pid):.0f} MB at the peak, {before:.0f} MB before"
                f" (at most {MEMORY_MOST_MB} MB)"
            )


def _config(
    folder: Path, url: str, targets: int, hangs_every: int, certificate: Path | None = None
) -> Path:
    more = f'https_ca_file = "{certificate}"\n' if certificate else ""
    nodes = []
    for n in range(targets // A_NODE):
        kinds = ("hang" if r % hangs_every == 0 else "ok" for r in range(A_NODE))
        replicas = [f"{url}/{kind}/{n}/{r}" for r, kind in enumerate(kinds)]
        nodes.append(config.node(f"node-{n}", "poll", replicas, more))
    return config.write(folder, [config.service("bench", nodes)], poll_s=EVERY_S)
