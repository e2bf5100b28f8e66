"""`python -m rig COMMAND`: plays a run, prints what came of it, and fails where it is bad."""

import argparse
import asyncio
import random
import shutil
import sys
import tempfile
import time
from pathlib import Path

from rig import runs
from rig.order import Order
from rig.summary import Result


def main() -> int:
    """Carry out the command; return 0 when nothing was wrong."""
    options = _parser().parse_args()
    run = runs.load(options.command)
    folder = Path(tempfile.mkdtemp(prefix="rig-"))
    folder.chmod(0o755)
    order = Order(
        folder=folder,
        seed=options.seed,
        store=options.store,
        cycles=options.cycles or run.cycles,
        names=tuple(options.names),
    )
    print(f"{options.command}: seed {order.seed}, in {folder}", flush=True)
    began = time.monotonic()
    result = asyncio.run(run.play(order))
    print("\n".join(result.lines))
    print(f"took          {time.monotonic() - began:.0f} s")
    return _end(result, folder)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("rig", description=__doc__)
    parser.add_argument("command", choices=runs.names())
    parser.add_argument(
        "names", nargs="*", help="of sabotages, or of what is fuzzed; all if absent"
    )
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument(
        "--cycles", "--requests", "--runs", type=int, default=0, help="how much of it"
    )
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    return parser


def _end(result: Result, folder: Path) -> int:
    if not result.wrongs:
        shutil.rmtree(folder, ignore_errors=True)
        return 0
    file = folder / "history.jsonl"
    result.history.keep(file)
    print(f"every event is in {file}")
    return 1


sys.exit(main())
