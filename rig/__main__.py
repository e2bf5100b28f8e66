"""`python -m rig COMMAND`: plays a run, prints what came of it, and fails where it is bad."""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from pathlib import Path

from rig import checker
from rig.runs import kill
from rig.summary import summary


def main() -> int:
    """Carry out the command; return 0 when nothing was wrong."""
    parser = argparse.ArgumentParser("rig", description=__doc__)
    parser.add_argument("command", choices=("kill",))
    parser.add_argument("--store", choices=("sqlite", "postgres"), default="sqlite")
    parser.add_argument("--cycles", type=int, default=60)
    parser.add_argument("--seed", type=int, default=random.randrange(1_000_000))
    parser.add_argument("--keep", type=Path, default=None)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="rig-"))
    folder.chmod(0o755)
    print(f"seed {options.seed}, in {folder}", flush=True)
    began = time.monotonic()
    run = kill.on_sqlite if options.store == "sqlite" else kill.on_postgres
    case = asyncio.run(run(folder, options.cycles, options.seed))
    case.history.keep(folder / "history.jsonl")
    wrongs = checker.check(case)
    for line in summary(case, wrongs):
        print(line)
    print(f"took {time.monotonic() - began:.0f} s")
    return 1 if wrongs else 0


sys.exit(main())
