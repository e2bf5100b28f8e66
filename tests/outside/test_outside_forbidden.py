import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EVERYTHING_IS_HERE = (
    "ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo"
)


@pytest.mark.skipif(not shutil.which("unshare"), reason="needs network namespaces")
def test_no_way_out_connects_to_a_forbidden_address() -> None:
    command = f'{EVERYTHING_IS_HERE} && exec "$0" -m tests.outside.trap'
    done = subprocess.run(
        ["unshare", "-Urn", "sh", "-c", command, sys.executable],
        cwd=ROOT,
        capture_output=True,
        check=False,
        timeout=60,
    )
    if not done.stdout and b"unshare" in done.stderr:
        pytest.skip(f"no network namespace here: {done.stderr.decode()}")
    assert done.returncode == 0, done.stderr.decode()
    seen = json.loads(done.stdout)
    assert seen["forbidden"] == {}
    assert seen["reasons"] == ["policy"]
    assert seen["redirects"] == seen["tried"] + 3
    assert seen["control"] == 16, "the trap does not count"
    assert (seen["listed"], seen["beside it"]) == (16, 0)
