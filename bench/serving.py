"""Real processes under measurement: Watchkeeper, and nginx beside it."""

import http.client
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from rig.port import free_port

MEASURED_CORE = 0
LOAD_CORE = (os.cpu_count() or 1) - 1
READY_S = 60.0
_NGINX = """
daemon off; master_process off; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log off; keepalive_requests 1000000000;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{ listen 127.0.0.1:{port}; location / {{ return 200; }} }}
}}
"""


@dataclass(frozen=True, slots=True)
class Serving:
    """A process that answers HTTP on *port* of the loopback; ready *ready_s* after its start."""

    pid: int
    port: int
    ready_s: float

    @property
    def url(self) -> str:
        """Return where it answers."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def watchkeeper(config: Path, store: str, *, pinned: bool = False) -> Iterator[Serving]:
    """Serve *config* on *store*, from before it is ready until the end of the block."""
    port = free_port()
    command = [sys.executable, "-m", "watchkeeper", "serve", "-c", str(config)]
    command += ["--store", store, "--inet", f"127.0.0.1:{port}"]
    with running(measured(command) if pinned else command, port, "/health/ready") as serving:
        yield serving


@contextmanager
def nginx(folder: Path, *, pinned: bool = False) -> Iterator[Serving]:
    """Let one nginx process answer 200 to everything."""
    port = free_port()
    config = folder / "nginx.conf"
    config.write_text(_NGINX.format(folder=folder, port=port))
    command = ["/usr/sbin/nginx", "-p", str(folder), "-c", str(config), "-e", "stderr"]
    with running(measured(command) if pinned else command, port, "/") as serving:
        yield serving


def measured(command: Sequence[str]) -> list[str]:
    """Return *command* on the core of what is measured."""
    return ["taskset", "-c", str(MEASURED_CORE), *command]


@contextmanager
def running(command: Sequence[str], port: int, path: str) -> Iterator[Serving]:
    """Run *command*, from when it answers *path* on *port* until the end of the block."""
    with tempfile.TemporaryFile() as said:
        before = time.monotonic()
        process = subprocess.Popen(command, stderr=said)
        try:
            if not _is_ready(process, port, path):
                said.seek(0)
                raise RuntimeError(f"{command} is not ready: {said.read().decode()}")
            yield Serving(process.pid, port, time.monotonic() - before)
        finally:
            _end(process)


def _is_ready(process: "subprocess.Popen[bytes]", port: int, path: str) -> bool:
    """Return whether *process* answers before it ends, and in time."""
    deadline = time.monotonic() + READY_S
    while process.poll() is None and time.monotonic() < deadline:
        if _answers(port, path):
            return True
        time.sleep(0.01)
    return False


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=READY_S)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
