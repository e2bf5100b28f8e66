"""Real processes of the program, and a receiver that hears what they say."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from rig.port import free_port

DEADLINE_S = 60.0
CONFIG = """\
[server]
inet = "127.0.0.1:{port}"
manager_token = "m"
reporter_token = "r"

[branding]
page_title = "Example"
page_url = "http://status.example/"
company_name = "Example"
icon_color = "#000"
icon_url = "http://status.example/icon.svg"
logo_color = "#000"
logo_url = "http://status.example/logo.svg"
website_url = "http://status.example/"
support_url = "mailto:support@example.com"

[metrics]
poll_interval = 1
poll_retry = 0

[notify.webhook]
hook_url = "http://127.0.0.1:{hook}/"

[[probe.service]]
id = "{service}"
label = "Web"

[[probe.service.node]]
id = "api"
label = "API"
mode = "poll"
replicas = ["tcp://127.0.0.1:{target}"]
"""


def write_config(folder: Path, **values: object) -> Path:
    """A config in *folder* whose one target refuses, unless *values* say otherwise."""
    ports = {name: free_port() for name in ("port", "hook", "target")}
    file = folder / "my.cfg"
    file.write_text(CONFIG.format(**(ports | {"service": "web"} | values)))
    return file


def start(folder: Path, *arguments: object, python: Sequence[str] = ()) -> "subprocess.Popen[str]":
    """Start the program at home in *folder*, whatever the environment of the tests.

    *python* is what to tell the interpreter.
    """
    return subprocess.Popen(
        [sys.executable, *python, "-m", "watchkeeper", *map(str, arguments)],
        env={"HOME": str(folder), "PATH": os.environ["PATH"]},
        cwd=folder,
        text=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def command(folder: Path, *arguments: object) -> tuple[int, list[str]]:
    """Run the program to its end; return its exit code and every line that it wrote."""
    with start(folder, *arguments) as process:
        try:
            out, err = process.communicate(timeout=DEADLINE_S)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return process.returncode, [*out.splitlines(), *err.splitlines()]


@contextmanager
def serving(folder: Path, *arguments: object, port: int) -> Iterator["subprocess.Popen[str]"]:
    """Run the program as long as the block lasts, from the moment at which it is ready."""
    process = start(folder, *arguments)
    try:
        eventually(lambda: process.poll() is not None or is_ready(port))
        assert process.poll() is None, process.communicate()
        yield process
    finally:
        stop(process)


def stop(process: "subprocess.Popen[str]", by: signal.Signals = signal.SIGTERM) -> int:
    """End *process* cleanly and return its exit code."""
    process.send_signal(by)
    try:
        process.communicate(timeout=DEADLINE_S)
    finally:
        process.kill()
        process.wait()
    return process.returncode


def is_ready(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5).close()
    except (urllib.error.URLError, OSError):
        return False
    return True


def answered(request: urllib.request.Request) -> None:
    """Send *request* until it is answered with a 2xx, as a reporter does.

    A busy machine may let the program stand still, and then it refuses what waited: 503.
    """

    def is_taken() -> bool:
        try:
            urllib.request.urlopen(request, timeout=DEADLINE_S).close()
        except urllib.error.HTTPError as error:
            error.close()
            if error.code != 503:
                raise
            return False
        return True

    eventually(is_taken)


def eventually(is_so: Callable[[], object]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not is_so():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


class Receiver:
    """A webhook's receiver: what it heard, and the status that it answers."""

    def __init__(self) -> None:
        self.status = 204
        self.heard: list[dict[str, Any]] = []
        receiver = self

        class Answering(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.heard.append(json.loads(body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
        self.port = self.server.server_address[1]


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield receiver
    finally:
        receiver.server.shutdown()
        thread.join()
        receiver.server.server_close()
