"""Probes: looks a CPU-second over fresh connections, beside Debian's blackbox_exporter."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import config, proc
from bench.serving import LOAD_CORE, measured, running, watchkeeper
from bench.web import Web, web
from rig.port import free_port

TARGETS, SECURE_TARGETS, A_NODE = 3_000, 300, 100
EVERY_S = 1
ROUNDS = 5
WARM_S, ROUND_S = 5, 6
NEEDED, AIM = 4, 8
SECURE_NEEDED, STORE_MOST = 0.9, 0.15
_BLACKBOX = "/usr/bin/prometheus-blackbox-exporter"
_BLACKBOX_CONFIG = "modules: {http_2xx: {prober: http}}\n"
_DRIVERS = 100
_DRIVER = Path(__file__).with_name("probes.lua")


def main() -> None:
    """Print the rates of all ways, and the medians beside each other."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        with web(folder) as looked_at:
            _plain(folder, looked_at)
            _secure(folder, looked_at)


def _plain(folder: Path, looked_at: Web) -> None:
    file = _config(folder, looked_at.plain, TARGETS)
    print(f"{TARGETS:,} targets over HTTP, every {EVERY_S} s; medians of {ROUNDS} rounds")
    ours, bare, peer = [], [], []
    for number in range(ROUNDS):
        with watchkeeper(file, str(folder / f"plain-{number}.db"), pinned=True) as serving:
            ours.append(_rate(serving.pid, looked_at))
        with _alone("looks", str(file)) as pid:
            bare.append(_rate(pid, looked_at))
        with _blackbox(folder, looked_at) as pid:
            peer.append(_rate(pid, looked_at))
    _print("watchkeeper, decided and on disk", ours)
    _print("watchkeeper without a store", bare)
    _print("blackbox_exporter", peer)
    print(f"  ratio {_median(ours) / _median(peer):.1f} (at least {NEEDED}, aim {AIM})")
    costs = 1 - _median(ours) / _median(bare)
    print(f"  the store and all else of the program cost {costs:.0%} (at most {STORE_MOST:.0%})")


def _secure(folder: Path, looked_at: Web) -> None:
    file = _config(folder, looked_at.secure, SECURE_TARGETS, looked_at.certificate)
    print(f"{SECURE_TARGETS:,} targets over HTTPS, every {EVERY_S} s; medians of {ROUNDS} rounds")
    ours, peer = [], []
    client = ("openssl", looked_at.secure, str(looked_at.certificate), str(SECURE_TARGETS))
    for number in range(ROUNDS):
        with watchkeeper(file, str(folder / f"secure-{number}.db"), pinned=True) as serving:
            ours.append(_rate(serving.pid, looked_at))
        with _alone(*client) as pid:
            peer.append(_rate(pid, looked_at))
    _print("watchkeeper, decided and on disk", ours)
    _print("a bare OpenSSL client, full handshakes", peer)
    print(f"  ratio {_median(ours) / _median(peer):.2f} (at least {SECURE_NEEDED})")


def _config(folder: Path, url: str, targets: int, certificate: Path | None = None) -> Path:
    more = f'https_ca_file = "{certificate}"\n' if certificate else ""
    nodes = [
        config.node(f"node-{n}", "poll", [f"{url}/{n}/{r}" for r in range(A_NODE)], more)
        for n in range(targets // A_NODE)
    ]
    return config.write(folder, [config.service("bench", nodes)], poll_s=EVERY_S)


def _rate(pid: int, looked_at: Web) -> float:
    """Return the looks that *pid* takes in a second of CPU, once it runs evenly."""
    time.sleep(WARM_S)
    used, seen = proc.cpu_s(pid), looked_at.count()
    time.sleep(ROUND_S)
    return (looked_at.count() - seen) / (proc.cpu_s(pid) - used)


@contextmanager
def _alone(*arguments: str) -> Iterator[int]:
    command = [sys.executable, "-m", "bench.bare", *arguments]
    with subprocess.Popen(measured(command)) as process:
        yield process.pid
        process.kill()


@contextmanager
def _blackbox(folder: Path, looked_at: Web) -> Iterator[int]:
    """Run the exporter, asked by 100 connections that never pause."""
    port = free_port()
    file = folder / "blackbox.yml"
    file.write_text(_BLACKBOX_CONFIG)
    command = [_BLACKBOX, f"--config.file={file}", f"--web.listen-address=127.0.0.1:{port}"]
    driver = ["taskset", "-c", str(LOAD_CORE), "wrk", "-t1", f"-c{_DRIVERS}", "-d60s"]
    driver += ["-s", str(_DRIVER), f"http://127.0.0.1:{port}", "--", looked_at.plain]
    with (
        running(measured(command), port, "/-/healthy") as serving,
        subprocess.Popen(driver, stdout=subprocess.DEVNULL) as driving,
    ):
        yield serving.pid
        driving.kill()


def _median(rates: list[float]) -> float:
    return statistics.median(rates)


def _print(title: str, rates: list[float]) -> None:
    low, high = min(rates), max(rates)
    print(f"  {title}: {_median(rates):,.0f} per CPU-second ({low:,.0f} to {high:,.0f})")
