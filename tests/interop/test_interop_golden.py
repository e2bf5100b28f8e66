"""What was recorded with the real Vigil, replayed to a server that was just started."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
ALONE = 'ip link set lo up && exec "$0" -m tests.interop.replay "$1"'


def test_every_recorded_exchange_is_answered_as_the_real_vigil_did(tmp_path: Path) -> None:
    done = subprocess.run(
        ["unshare", "-Urn", "--kill-child", "sh", "-ec", ALONE, sys.executable, tmp_path],
        cwd=ROOT,
        capture_output=True,
        check=False,
        text=True,
        timeout=120,
    )
    assert done.stdout.splitlines() == ["98 passed, 0 failed"], done.stderr
