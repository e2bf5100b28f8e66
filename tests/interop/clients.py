"""The reporters that Vigil's users have, from their registries, installed once a machine."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "watchkeeper-tests"
_INSTALL_S = 600
_SPARSE_SINCE = (1, 70)  # before, cargo fetched the whole index of crates as a git repository
_SPARSE_BEFORE = {
    "RUSTC_BOOTSTRAP": "1",
    "CARGO_UNSTABLE_SPARSE_REGISTRY": "true",
    "CARGO_REGISTRIES_CRATES_IO_PROTOCOL": "sparse",
}
_NPM = "vigil-reporter@1.2.0"
_PIP = (
    *("py-vigil-reporter==0.2.0", "requests==2.32.3", "psutil==6.0.0"),
    *("certifi==2024.8.30", "charset-normalizer==3.3.2", "idna==3.10", "urllib3==2.2.3"),
)
_NODE = """
const [url, token, probe_id, node_id, replica_id] = process.argv.slice(1);
const { VigilReporter } = require("vigil-reporter");
new VigilReporter({ url, token, probe_id, node_id, replica_id, interval: 1 });
"""
_PYTHON = """
import sys
from vigil_reporter.reporter import VigilReporter
VigilReporter(*sys.argv[1:], 1).start_reporting()
"""


@dataclass(frozen=True, slots=True)
class Client:
    """A program that reports once a second: `command URL TOKEN PROBE NODE REPLICA`."""

    command: Sequence[str]
    folder: Path

    def start(self, *place: str) -> "subprocess.Popen[bytes]":
        """Begin to report as *place* says."""
        return subprocess.Popen([*self.command, *place], cwd=self.folder)


def node() -> Client:
    """Return npm's `vigil-reporter`."""
    return _client(_NPM, _install_node, ["node", "-e", _NODE])


def python() -> Client:
    """Return PyPI's `py-vigil-reporter`."""
    return _client(_PIP[0], _install_python, ["venv/bin/python", "-c", _PYTHON])


def rust() -> Client:
    """Return the crate `vigil-reporter`."""
    return _client("rust-vigil-reporter-1.3.0", _install_rust, ["target/debug/reporting"])


def _client(name: str, install: Callable[[Path], None], command: Sequence[str]) -> Client:
    """Return a client that is installed whole or not at all, by whoever needs it first."""
    folder = CACHE / name
    if not folder.is_dir():
        CACHE.mkdir(parents=True, exist_ok=True)
        begun = CACHE / f"{name}.{os.getpid()}"
        begun.mkdir()
        try:
            install(begun)
            begun.rename(folder)
        finally:
            shutil.rmtree(begun, ignore_errors=True)
    program = [str(folder / command[0]) if "/" in command[0] else command[0], *command[1:]]
    return Client(program, folder)


def _install_node(folder: Path) -> None:
    _run(folder, "npm", "install", "--no-audit", "--no-fund", "--no-package-lock", _NPM)


def _install_python(folder: Path) -> None:
    _run(folder, sys.executable, "-m", "venv", "venv")
    _run(folder, "venv/bin/python", "-m", "pip", "install", "--quiet", *_PIP)


def _install_rust(folder: Path) -> None:
    shutil.copytree(HERE / "rust", folder, dirs_exist_ok=True)
    cargo, version = max(_cargos(), key=lambda found: found[1])
    old = {} if version >= _SPARSE_SINCE else _SPARSE_BEFORE
    _run(folder, cargo, "build", "--quiet", **old)


def _cargos() -> Iterator[tuple[str, tuple[int, ...]]]:
    """Yield each cargo that runs here, Debian's or rustup's, and its version."""
    for cargo in ("cargo", str(Path.home() / ".cargo/bin/cargo")):
        try:
            told = subprocess.check_output([cargo, "--version"], text=True)
        except (OSError, subprocess.CalledProcessError):
            continue
        if version := re.match(r"cargo (\d+)\.(\d+)", told):
            yield cargo, tuple(map(int, version.groups()))


def _run(folder: Path, *command: str, **environment: str) -> None:
    subprocess.run(
        command, cwd=folder, env=os.environ | environment, check=True, timeout=_INSTALL_S
    )
