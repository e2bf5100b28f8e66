"""The rig's runs in CI: counts are asserted, times never; each prints its seed."""

import subprocess
import sys

import pytest

pytestmark = pytest.mark.rig


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
def test_no_promise_is_broken(command: str) -> None:
    play(command)


def test_every_sabotage_is_noticed() -> None:
    play("sabotage")


def play(command: str) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "rig", *command.split()],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    sys.stdout.write(run.stdout)
    assert run.returncode == 0, run.stdout
