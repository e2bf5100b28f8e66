"""The least of HTTP/1.1 that the rig needs on both ends, one request a connection."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

DEADLINE_S = 30.0


class Place(NamedTuple):
    """An address of the loopback."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


ANY = Place("127.0.0.1", 0)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request as a server reads it."""

    method: str
    path: str
    fields: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer as a client reads it; *status* 0 means that none came."""

    status: int
    body: bytes = b""

    @property
    def is_good(self) -> bool:
        """Return whether it is a 2xx."""
        return 200 <= self.status < 300


async def ask(
    place: Place, method: str, path: str, document: Any = None, token: bytes = b""
) -> Answered:
    """Return the answer of *place*, status 0 where none came in time."""
    body = b"" if document is None else json.dumps(document).encode()
    head = f"{method} {path} HTTP/1.1\r\nhost: {place}\r\nconnection: close\r\n"
    head += f"content-length: {len(body)}\r\ncontent-type: application/json\r\n"
    if token:
        head += f"authorization: Basic {token.decode()}\r\n"
    try:
        async with asyncio.timeout(DEADLINE_S):
            return await _exchange(place, head.encode() + b"\r\n" + body)
    except (OSError, EOFError, TimeoutError, ValueError):
        return Answered(0)


async def _exchange(place: Place, request: bytes) -> Answered:
    reader, writer = await asyncio.open_connection(*place)
    try:
        writer.write(request)
        line = (await reader.readuntil(b"\r\n")).split()
        fields = await _fields(reader)
        length = fields.get("content-length")
        body = await (reader.read() if length is None else reader.readexactly(int(length)))
        return Answered(int(line[1]), body)
    finally:
        writer.transport.abort()


async def read(reader: asyncio.StreamReader) -> Asked:
    """Return the request that *reader* brings; raise EOFError where it breaks off."""
    line = await reader.readuntil(b"\r\n")
    method, path, _ = line.decode("latin-1").split()
    fields = await _fields(reader)
    body = await reader.readexactly(int(fields.get("content-length", "0")))
    return Asked(method, path, fields, body)


def answer(status: int, *fields: str) -> bytes:
    """Return a whole answer without a body."""
    lines = [f"HTTP/1.1 {status} So", "content-length: 0", "connection: close", *fields]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _fields(reader: asyncio.StreamReader) -> dict[str, str]:
    fields: dict[str, str] = {}
    while line := (await reader.readuntil(b"\r\n")).strip():
        name, _, value = line.decode("latin-1").partition(":")
        fields[name.lower()] = value.strip()
    return fields
