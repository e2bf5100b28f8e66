"""The rig's runs in CI: counts are asserted, times never; each prints its seed."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from rig.runs.sabotage import sabotages

pytestmark = [pytest.mark.rig, pytest.mark.timeout(600)]


@pytest.mark.parametrize(
    "command",
    [
        "kill --store sqlite --cycles 60",
        "kill --store postgres --cycles 20",
        "delivery",
        "late",
        "storm",
        "acked --cycles 500",
        "clock",
        "restart --cycles 6",
        "reload --cycles 50",
        "freeze",
        "full",
        "isolation",
        "zoo",
        "notifiers --cycles 5",
        "fuzz --runs 5000",
        "scripts",
        "malformed --requests 5000",
    ],
)
def test_no_promise_is_broken(command: str, tmp_path: Path) -> None:
    play(command, tmp_path / "said")


@pytest.mark.parametrize("name", sabotages())
def test_every_sabotage_is_noticed(name: str, tmp_path: Path) -> None:
    play(f"sabotage {name}", tmp_path / "said")


def play(command: str, said: Path) -> None:
    with said.open("w") as output:
        run = subprocess.Popen(
            [sys.executable, "-m", "rig", *command.split()],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            run.wait()
        finally:
            end(run)
            sys.stdout.write(said.read_text())
    assert run.returncode == 0


def end(run: "subprocess.Popen[bytes]") -> None:
    """Let a run that takes too long end what it started; then end it itself."""
    if run.poll() is not None:
        return
    os.killpg(run.pid, signal.SIGINT)
    with suppress(subprocess.TimeoutExpired):
        run.wait(20)
    with suppress(ProcessLookupError):
        os.killpg(run.pid, signal.SIGKILL)
    run.wait()
