"""Sends what was recorded with the real Vigil to ours, and says where the answers differ.

`python -m tests.interop.replay FOLDER` serves the recorded config from FOLDER, to be run where
no other network is than a loopback: three of its channels have addresses of their own.
"""

import http.client
import json
import re
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from tests.running import serving

GOLDEN = Path(__file__).with_name("golden")
RECORDED: list[dict[str, Any]] = json.loads((GOLDEN / "exchanges.json").read_text())
CONFIG = (GOLDEN / "vigil.cfg").read_text()
PORT, TARGET_PORT = 8123, 8126
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LOOKED_S = 4  # by then all has been looked at; the recorded wait is for Vigil, which adds up late


class Given(NamedTuple):
    """An answer, from whichever server."""

    status: int
    fields: Mapping[str, str]
    body: str

    @property
    def media_type(self) -> str:
        return self.fields.get("content-type", "").partition(";")[0]


def fields_of(request: Mapping[str, Any]) -> dict[str, str]:
    """Return the header fields that say who asks, and in which form."""
    fields = dict(request["headers"])
    if request["auth"]:
        fields["Authorization"] = request["auth"]
    if request["ctype"] and request["body"] is not None:
        fields["Content-Type"] = request["ctype"]
    return fields


def body_of(request: Mapping[str, Any]) -> bytes | None:
    """Return the body; a long one was kept as its beginning, a run of one letter, and its end."""
    body = request["body"]
    if isinstance(body, dict):
        body = body["head"] + body["fill"] * body["times"] + body["tail"]
    return None if body is None else body.encode()


def differences(item: Mapping[str, Any], ours: Given) -> Iterator[str]:
    """Yield in what *ours* differs, beside what a successor is free to answer otherwise."""
    free, vigils = item["free"], Given(*item["response"].values())
    if "status" not in free and ours.status != vigils.status:
        yield f"status {ours.status}, not {vigils.status}"
    challenges = [given.fields.get("www-authenticate") for given in (ours, vigils)]
    if "headers" not in free and challenges[0] != challenges[1]:
        yield f"the challenge {challenges[0]!r}, not {challenges[1]!r}"
    if "body" in free or not ours.status == vigils.status == http.client.OK:
        return
    if vigils.media_type not in {"", ours.media_type}:
        yield f"the type {ours.media_type!r}, not {vigils.media_type!r}"
    if _UUID.sub("ID", ours.body) != _UUID.sub("ID", vigils.body):
        yield f"the body {ours.body[:300]!r}, not {vigils.body[:300]!r}"


def replay(port: int) -> list[str]:
    """Send all of it to the server at *port*, in order; return a line for each difference."""
    lines = []
    for item in RECORDED:
        request = item["request"]
        time.sleep(_LOOKED_S if "wait" in request else 0)
        lines += [f"{request['name']}: {text}" for text in differences(item, _ask(port, request))]
    return lines


def _ask(port: int, request: Mapping[str, Any]) -> Given:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    body = body_of(request)
    sent = _halves(body) if body and request["chunked"] else body
    try:
        connection.request(
            request["method"],
            request["path"],
            sent,
            fields_of(request),
            encode_chunked=request["chunked"],
        )
        reply = connection.getresponse()
        fields = {name.lower(): value for name, value in reply.getheaders()}
        return Given(reply.status, fields, reply.read().decode())
    finally:
        connection.close()


def _halves(body: bytes) -> Iterator[bytes]:
    half = len(body) // 2
    yield from (body[:half], body[half:])


class _Target(BaseHTTPRequestHandler):
    """What the recorded config looks at."""

    def do_HEAD(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def main(folder: Path) -> int:
    """Serve the recorded config from *folder*, replay, and print every difference."""
    target = HTTPServer(("127.0.0.1", TARGET_PORT), _Target)
    threading.Thread(target=target.serve_forever, daemon=True).start()
    config = folder / "vigil.cfg"
    config.write_text(CONFIG.replace("${GOLDEN_ASSETS}", str(folder)))
    with serving(folder, "-c", config, port=PORT):
        lines = replay(PORT)
    failed = {line.partition(":")[0] for line in lines}
    lines.append(f"{len(RECORDED) - len(failed)} passed, {len(failed)} failed")
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
