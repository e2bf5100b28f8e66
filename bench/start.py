"""Start: 20,000 nodes, from the command to `/health/ready`; and the memory then."""

import tempfile
from pathlib import Path

from bench import config, proc
from bench.serving import nginx, watchkeeper

SERVICES, NODES = 200, 100
RESTARTS = 3
GOAL_S = 5.0


def main() -> None:
    """Print the seconds and the memory of a first start and of some restarts."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with nginx(folder) as target:
            file = config.write(folder, _services(target.url), poll_s=600)
            print(f"{SERVICES * NODES:,} nodes, looked at over HTTP; goal {GOAL_S:.0f} s")
            _start(file, "first start")
            for number in range(RESTARTS):
                _start(file, f"restart {number + 1}")


def _services(target: str) -> list[str]:
    return [
        config.service(
            f"service-{s}",
            (config.node(f"node-{n}", "poll", [f"{target}/{s}/{n}"]) for n in range(NODES)),
        )
        for s in range(SERVICES)
    ]


def _start(file: Path, title: str) -> None:
    with watchkeeper(file, str(file.with_name("start.db"))) as serving:
        print(
            f"  {title}: ready after {serving.ready_s:.2f} s,"
            f" {proc.cpu_s(serving.pid):.2f} s of CPU; {proc.rss_mb(serving.pid):.0f} MB,"
            f" {proc.peak_mb(serving.pid):.0f} MB at the peak"
        )
