"""Machines: a fleet of reporters, and a receiver of webhooks, all in this process."""

import asyncio
import http.client
import json
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

from bench.load import AUTHORIZATION
from bench.serving import Serving

CONNECTIONS = 500


@dataclass(slots=True)
class Receiver:
    """Keeps each message with the moment of its arrival, in seconds of `time.monotonic`."""

    url: str = ""
    messages: list[tuple[float, dict[str, Any]]] = field(default_factory=list)


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Listen for webhooks until the end of the block."""
    kept = Receiver()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            at = time.monotonic()
            body = self.rfile.read(int(self.headers["content-length"]))
            kept.messages.append((at, json.loads(body)))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hook)
    kept.url = f"http://127.0.0.1:{server.server_port}/"
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield kept
    finally:
        server.shutdown()
        server.server_close()


async def say(
    serving: Serving,
    reports: Iterable[tuple[str, dict[str, Any]]],
    span_s: float,
    connections: int = CONNECTIONS,
) -> None:
    """Send *reports*, pairs of path and body, evenly spread over *span_s* seconds.

    Each connection says its next one once the one before it is answered, if that is later.
    """
    told = [_request(path, body) for path, body in reports]
    began = time.monotonic()
    async with asyncio.TaskGroup() as group:
        for first in range(connections):
            mine = range(first, len(told), connections)
            due = [(began + span_s * number / len(told), told[number]) for number in mine]
            group.create_task(_say_in_turn(serving.port, due))


async def _say_in_turn(port: int, due: list[tuple[float, bytes]]) -> None:
    """Say what is *due*, and again over a new connection what a server that stood still lost."""
    waiting = deque(due)
    while waiting:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while waiting:
                at, request = waiting[0]
                await asyncio.sleep(at - time.monotonic())
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                status = head.partition(b"\r\n")[0]
                if b" 503 " in status:
                    await asyncio.sleep(1)
                    break
                if b" 200 " not in status:
                    raise RuntimeError(f"a report was answered {head!r}")
                waiting.popleft()
        writer.close()


def _request(path: str, report: dict[str, Any]) -> bytes:
    body = json.dumps(report).encode()
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: {AUTHORIZATION}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@contextmanager
def asking(serving: Serving, path: str, every_s: float) -> Iterator[list[float]]:
    """Ask for *path* until the end of the block; give the milliseconds of each answer."""
    waits: list[float] = []
    ended = threading.Event()

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", serving.port, timeout=30)
        while not ended.wait(every_s):
            before = time.perf_counter()
            with suppress(http.client.HTTPException, ConnectionError):
                connection.request("GET", path)
                connection.getresponse().read()
            waits.append((time.perf_counter() - before) * 1000)

    thread = Thread(target=ask)
    thread.start()
    try:
        yield waits
    finally:
        ended.set()
        thread.join()
