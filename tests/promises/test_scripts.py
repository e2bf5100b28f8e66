"""The commands of the README, as far as they can be tried without a network."""

import json
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TOOLS = ("bash", "cat", "cut", "dirname", "env", "flock", "grep", "sha256sum", "tail")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that was never set up, in which nothing but small tools is found."""
    shutil.copytree(ROOT / "scripts", tmp_path / "scripts")
    for name in ("pyproject.toml", "requirements.lock", "requirements-dev.lock"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    return tmp_path


def put_python(checkout: Path, script: str) -> None:
    python = checkout / "bin" / "python3"
    python.write_text(f"#!/bin/sh\n{script}\n")
    python.chmod(0o755)


def refusal(checkout: Path) -> str:
    ended = subprocess.run(
        [checkout / "scripts/serve"],
        env={"PATH": str(checkout / "bin"), "HOME": str(checkout)},
        text=True,
        capture_output=True,
        check=False,
        timeout=20,
    )
    assert ended.returncode == 1
    return ended.stderr


def test_a_machine_without_a_new_python_is_told_what_to_install(checkout: Path) -> None:
    put_python(checkout, "exit 1")
    assert refusal(checkout) == (
        "scripts/setup: Python 3.11 or later is needed and none is in PATH: "
        "apt-get install python3 python3-venv\n"
    )


def test_a_machine_without_python3_venv_is_told_what_to_install(checkout: Path) -> None:
    put_python(checkout, 'case "$2" in *ensurepip*) exit 1;; esac')
    assert refusal(checkout) == (
        "scripts/setup: python3 cannot make a virtual environment: apt-get install python3-venv\n"
    )


def test_the_receiver_prints_what_it_is_sent() -> None:
    script = [sys.executable, str(ROOT / "scripts/receiver"), "0"]
    with subprocess.Popen(script, stdout=subprocess.PIPE, text=True) as receiver:
        assert receiver.stdout
        place = receiver.stdout.readline().split()[-1]
        message = {"type": "changed", "replicas": []}
        request = urllib.request.Request(place, json.dumps(message).encode())
        urllib.request.urlopen(request, timeout=30).close()
        said = "".join(receiver.stdout.readline() for _ in range(4))
        receiver.terminate()
    assert json.loads(said) == message
