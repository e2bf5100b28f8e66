"""The notifier zoo (B25): far sides that misbehave for a while, and what a reader made of them.

One story has a channel for each kind and each behaviour, beside one that always hears. Two
replicas die one after the other and come back while the far sides misbehave; later they take
what they are sent, as strict as the real ones.
"""

import asyncio
import re
import socket
import struct
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import format_datetime

from tests.house import DEAD, HEALTHY, plan
from tests.notifiers.apis import APIS, Asked, Far, parsed
from tests.notifiers.notifier_samples import settings
from tests.outside.world import http_answer, read_request
from tests.story import INSTALLATION, Story, StoryClock, story
from watchkeeper.app.kinds import tongues
from watchkeeper.core.message import Message
from watchkeeper.core.plan import Channel, Target
from watchkeeper.outside.outside import Outside
from watchkeeper.speak.tongue import Send, Tongue

HEALED_MIN = 30
END_MIN = 160
DAY_MIN = 24 * 60
WITNESS = "witness"
REPLICAS = ("web:api:1", "web:api:2")
_HANG_S = 30
_STATUS = re.compile(r"(?is)status.*?\b(healthy|dead)\b")
_HOUR_MS = 3_600_000


@dataclass(frozen=True, kw_only=True)
class Behaviour:
    """How a far side misbehaves: what it *answers*, and for how long, or how often at *most*.

    *asks_ms* is how long an answer asks us to wait. *breaks* says that a person would have to
    change something, so that the other channels hear of it.
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

    def reserve(self) -> None:
        """Have a port, on which nobody listens yet."""
        self.sock.bind(("127.0.0.1", 0))
        self.port = self.sock.getsockname()[1]

    async def open(self) -> None:
        self.server = await asyncio.start_server(self, sock=self.sock)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            self.visits.append(self.clock.steady())
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
                self.read.append(_read(parsed(request)))
            await self._misbehave(reader, writer)
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    async def _take(self, request: bytes, writer: asyncio.StreamWriter) -> None:
        check, _ = APIS[self.kind]
        writer.write(check(parsed(request)))
        self.read.append(_read(parsed(request)))
        self.accepted += 1
        await writer.drain()

    async def _misbehave(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.behaviour.answer:
            writer.write(self.behaviour.answer(self.clock.wall()))
            await writer.drain()
        if self.behaviour.hangs:
            await asyncio.wait_for(reader.read(), _HANG_S)
        if not self.behaviour.answer:
            sock: socket.socket = writer.get_extra_info("socket")
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _read(asked: Asked) -> Read:
    told = asked.json if asked.body.startswith("{") else asked.form
    text = str(told)
    found = _STATUS.search(text)
    names = frozenset(name for name in REPLICAS if name in text)
    return Read(found[1].lower() if found else "", names)


@dataclass
class Zoo:
    """All cages by kind and behaviour, and what the one channel heard that is always well."""

    told: Story
    cages: Mapping[tuple[str, str], Cage]

    def wrongs(self) -> Iterator[str]:
        """Yield each promise that was broken, in words."""
        notes = [note for message in self.told.messages for note in message.notes]
        for (kind, name), cage in self.cages.items():
            for words in _wrongs(cage, f"{kind} {name}", notes):
                yield f"{kind}, {name}: {words}"

    def counts(self) -> str:
        """Return what was asked, taken and waited for, in one line."""
        cages = self.cages.values()
        return (
            f"{len(self.cages)} channels, {sum(len(cage.visits) for cage in cages)} requests,"
            f" {sum(cage.accepted for cage in cages)} accepted,"
            f" {sum(len(cage.complaints) for cage in cages)} complaints,"
            f" {len(self.told.messages)} messages on the channel beside them"
        )


def _wrongs(cage: Cage, channel: str, notes: Sequence[str]) -> Iterator[str]:
    is_given_up = any("messages are lost" in note and channel in note for note in notes)
    if cage.complaints:
        yield f"the far side complains: {cage.complaints[0]}"
    named = frozenset().union(*(one.names for one in cage.read))
    if not is_given_up and named != frozenset(REPLICAS):
        yield f"not everybody was named: {sorted(named)}"
    if not is_given_up and (not cage.read or cage.read[-1].status != "healthy"):
        yield f"the last word is not the truth: {cage.read[-1:]}"
    if "dead" in [one.status for one in cage.read][_first_healthy(cage.read) :]:
        yield "dead was said after healthy"
    if any(wait > visit for wait, visit in zip(cage.waits, cage.visits[1:], strict=False)):
        yield "asked before the time that was asked for"
    if cage.behaviour.breaks and not any("is broken" in n and channel in n for n in notes):
        yield "nobody heard elsewhere that it is broken"
    if cage.behaviour.until_min > DAY_MIN and not is_given_up:
        yield "nobody heard elsewhere that messages are lost"


def _first_healthy(read: Sequence[Read]) -> int:
    return next((at for at, one in enumerate(read) if one.status == "healthy"), len(read))


@asynccontextmanager
async def zoo(url: str, behaviours: Mapping[str, Behaviour]) -> AsyncIterator[Zoo]:
    """Open a cage for each kind and each of *behaviours*, all told the same story."""
    async with AsyncExitStack() as stack:
        cages = {
            (kind, name): Cage(kind, behaviour=behaviour)
            for kind in APIS
            for name, behaviour in behaviours.items()
        }
        for cage in cages.values():
            stack.enter_context(cage.sock)
            cage.reserve()
        channels = [_channel(f"{kind} {name}", cage) for (kind, name), cage in cages.items()]
        witness = Channel(
            key=WITNESS, kind="webhook", digest="", targets={"": Target(settings=None)}
        )
        wanted = plan({"web:api": ("1", "2")})
        told = await stack.enter_async_context(
            story(url, replace(wanted, channels=(witness, *channels)))
        )
        spoken = tongues(replace(wanted, channels=tuple(channels)), INSTALLATION)
        told.speaker.tongues = {
            **{name: one for name, one in told.speaker.tongues.items() if name.channel == WITNESS},
            **{name: replace(one, send=_counted(told, one)) for name, one in spoken.items()},
        }
        for cage in cages.values():
            cage.clock, cage.began = told.clock, told.began
            if not cage.behaviour.is_away:
                await cage.open()
        yield Zoo(told, cages)
        for cage in cages.values():
            if cage.server:
                cage.server.close()


async def play(one: Zoo, end_min: int) -> None:
    """Let both replicas die and come back, and time pass until *end_min*."""
    told = one.told
    for moment, who, status in (
        ("1:00", REPLICAS[0], DEAD),
        ("2:00", REPLICAS[1], DEAD),
        ("20:00", REPLICAS[0], HEALTHY),
        ("21:00", REPLICAS[1], HEALTHY),
    ):
        await told.sleep_through(moment)
        await told.home.look(who, status)
        told.home.follower.hurry()
        await told.settle()
    await told.sleep_through(f"{HEALED_MIN}:00")
    for cage in one.cages.values():
        if cage.behaviour.is_away:
            await cage.open()
    await told.sleep_through(f"{END_MIN}:00")
    await told.sleep_through(f"{end_min}:00", stride_min=15)


def _channel(key: str, cage: Cage) -> Channel:
    scheme = "https" if cage.behaviour.is_secure else "http"
    given = settings(cage.port, scheme)[cage.kind]
    return Channel(key=key, kind=cage.kind, digest="", targets={"": Target(settings=given)})


def _counted(told: Story, tongue: Tongue) -> Send:
    async def send(message: Message, given: object, outside: Outside) -> None:
        told.store.under_way += 1
        try:
            await tongue.send(message, given, outside)
        finally:
            told.store.under_way -= 1

    return send
