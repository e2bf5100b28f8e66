"""The cages of the notifier zoo: far sides over HTTP, and the ways in which they misbehave."""

import asyncio
import re
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

from tests.notifiers.apis import APIS, Asked, Far, parsed
from tests.notifiers.notifier_samples import settings
from tests.outside.world import http_answer, read_request
from tests.story import StoryClock

HEALED_MIN = 30
DAY_MIN = 24 * 60
REPLICAS = ("web:api:1", "web:api:2")
HANG_S = 30
_STATUS = re.compile(r"(?is)status.*?\b(healthy|dead)\b")
_HOUR_MS = 3_600_000


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How a far side misbehaves: what it *answers*, and for how long, or how often at *most*.

    *asks_ms* is how long an answer asks us to wait. *breaks* says that a person would have to
    change something, so that the other channels hear of it. *step* is for mail and chat: what is
    answered like this, or by nothing and a reset.
    """

    answer: Callable[[int], bytes] | None = None
    until_min: int = HEALED_MIN
    most: int = 1_000_000
    asks_ms: int = 0
    breaks: bool = False
    is_away: bool = False
    is_secure: bool = False
    hangs: bool = False
    takes: bool = False
    step: str = "final"


def always(status: int, body: bytes = b"", /, **headers: str) -> Callable[[int], bytes]:
    return lambda _: http_answer(status, body, **headers)


def at_a_date(wall: int) -> bytes:
    """A wait of five minutes, said as a date."""
    said, until = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (wall, wall + 300_000))
    return http_answer(
        503,
        date=format_datetime(said, usegmt=True),
        retry_after=format_datetime(until, usegmt=True),
    )


FIVE: Mapping[str, Behaviour] = {
    "away": Behaviour(is_away=True),
    "wait": Behaviour(answer=always(503, retry_after="240"), asks_ms=240_000),
    "500": Behaviour(answer=always(500)),
    "lost": Behaviour(takes=True),
    "401": Behaviour(answer=always(401), breaks=True),
}
ALL: Mapping[str, Behaviour] = {
    **FIVE,
    "hang": Behaviour(hangs=True, most=2),
    "drip": Behaviour(answer=lambda _: b"HTTP/1.1 2", hangs=True, most=2),
    "cut": Behaviour(answer=lambda _: b"HTTP/1.1 200 OK\r\ncontent-le"),
    "200 cut": Behaviour(
        answer=lambda _: b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{", takes=True
    ),
    "date": Behaviour(answer=at_a_date, asks_ms=300_000),
    "absurd": Behaviour(answer=always(503, retry_after="9" * 30), asks_ms=_HOUR_MS),
    "429": Behaviour(answer=always(429, retry_after="60"), asks_ms=60_000),
    "404": Behaviour(answer=always(404), breaks=True),
    "301": Behaviour(answer=always(301, location="http://127.0.0.1/"), breaks=True),
    "insecure": Behaviour(is_secure=True, until_min=3 * DAY_MIN),
    "garbage": Behaviour(answer=lambda _: b"\x15\x03\x01 hello\r\n\r\n"),
    "not JSON": Behaviour(answer=always(200, b"<html>"), takes=True, most=1),
    "10 MB": Behaviour(answer=always(200, b" " * 10_000_000), takes=True, most=1),
    "a day": Behaviour(answer=always(500), until_min=DAY_MIN + 60),
}


@dataclass(frozen=True)
class Read:
    """What a reader of one message knows: the status, and the replicas that it names."""

    status: str
    names: frozenset[str]


@dataclass
class Cage(Far):
    """The far side of a channel, which misbehaves as its *behaviour* says.

    *visits* are the steady moments of requests, *read* is what somebody has before their eyes.
    """

    behaviour: Behaviour = field(default_factory=Behaviour)
    clock: StoryClock = field(default_factory=StoryClock)
    began: int = 0
    visits: list[int] = field(default_factory=list)
    waits: list[int] = field(default_factory=list)
    read: list[Read] = field(default_factory=list)
    accepted: int = 0
    sock: socket.socket = field(default_factory=socket.socket)
    server: asyncio.Server | None = None

    @property
    def is_ill(self) -> bool:
        is_early = self.clock.steady() < self.began + self.behaviour.until_min * 60_000
        return is_early and len(self.visits) <= self.behaviour.most

    @property
    def settings(self) -> object:
        """What the file would say of this cage."""
        scheme = "https" if self.behaviour.is_secure else "http"
        return settings(self.port, scheme)[self.kind]

    def reserve(self) -> None:
        """Have a port, on which nobody listens yet."""
        self.sock.bind(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]

    async def open(self) -> None:
        self.server = await asyncio.start_server(self, sock=self.sock)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.visits.append(self.clock.steady())
            await self.meet(reader, writer)
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take what is sent, or misbehave."""
        if self.behaviour.is_secure:
            await reader.read(1)
            writer.write(b"HTTP/1.1 400 plain HTTP was expected\r\n\r\n")
            return
        request = await read_request(reader)
        if not self.is_ill:
            await self._take(request, writer)
            return
        self.waits.append(self.clock.steady() + self.behaviour.asks_ms)
        if self.behaviour.takes:
            self.read.append(_said(parsed(request)))
        await self._misbehave(reader, writer)

    async def _take(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        check, _ = APIS[self.kind]
        writer.write(check(parsed(request)))
        self.read.append(_said(parsed(request)))
        self.accepted += 1
        await writer.drain()

    async def _misbehave(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.behaviour.answer:
            writer.write(self.behaviour.answer(self.clock.wall()))
            await writer.drain()
        if self.behaviour.hangs:
            await asyncio.wait_for(reader.read(), HANG_S)
        if not self.behaviour.answer:
            reset(writer)


def reset(writer: asyncio.StreamWriter) -> None:
    """Let the end of the connection be a reset."""
    sock: socket.socket = writer.get_extra_info("socket")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _said(asked: Asked) -> Read:
    told = asked.json if asked.body.startswith("{") else asked.form
    return read(str(told))


def read(text: str) -> Read:
    """Return what a reader of *text* knows."""
    found = _STATUS.search(text)
    names = frozenset(name for name in REPLICAS if name in text)
    return Read(found[1].lower() if found else "", names)
