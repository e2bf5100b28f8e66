"""The command: `python -m bench NAME`, all of them without a name."""

import argparse
import os
import platform
from collections.abc import Callable
from datetime import UTC, datetime

from bench import cause, deaths, latencies, lateness, memory, probes, reports, start
from watchkeeper import __version__

BENCHES: dict[str, Callable[[], None]] = {
    "reports": reports.main,
    "probes": probes.main,
    "lateness": lateness.main,
    "cause": cause.main,
    "deaths": deaths.main,
    "storm": deaths.most,
    "start": start.main,
    "memory": memory.main,
    "latencies": latencies.main,
}


def main() -> None:
    """Run the benches that the command line names, all of them where it names none."""
    parser = argparse.ArgumentParser("python -m bench", description="Figures, each with its peer.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(BENCHES))
    names = parser.parse_args().names or list(BENCHES)
    for name in names:
        if name not in BENCHES:
            parser.error(f"there is no bench {name!r}: choose from {', '.join(BENCHES)}")
    for name in names:
        print(f"$ python -m bench {name}")
        print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {_program()}, {_machine()}")
        BENCHES[name]()
        print(flush=True)


def _program() -> str:
    return f"watchkeeper {__version__} on Python {platform.python_version()}"


def _machine() -> str:
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores {platform.machine()}, load {load:.1f} before"


if __name__ == "__main__":
    main()
