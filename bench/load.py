"""Load: wrk with a script of reports, on a core of its own."""

import base64
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.config import TOKEN
from bench.serving import LOAD_CORE, Serving

CLIENTS = 64
AUTHORIZATION = "Basic " + base64.b64encode(f":{TOKEN}".encode()).decode()
_SCRIPT = Path(__file__).with_name("reports.lua")


@dataclass(frozen=True, slots=True)
class Load:
    """What wrk saw: how many answers, how many of them no 200, and how long they took."""

    answers: int
    refused: int
    seconds: float
    p50_ms: float
    p99_ms: float
    max_ms: float


def wrk(serving: Serving, seconds: int, script: Sequence[object]) -> Load:
    """Return what wrk saw in *seconds* of reports; *script* are the arguments of its script."""
    command = ["taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{CLIENTS}", f"-d{seconds}s"]
    command += ["-s", str(_SCRIPT), serving.url, "--", AUTHORIZATION]
    done = subprocess.run(
        [*command, *map(str, script)],
        check=True, capture_output=True, text=True, timeout=seconds + 30,
    )  # fmt: skip
    figures = done.stdout.rpartition("figures ")[2].split()
    answers, refused, took_us, p50_us, p99_us, max_us = map(float, figures)
    return Load(int(answers), int(refused), took_us / 1e6, p50_us / 1e3, p99_us / 1e3, max_us / 1e3)
