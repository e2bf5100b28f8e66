"""The world around the program: services that die, and receivers that misbehave."""

import asyncio
import json
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any

from rig import wire
from rig.history import Health, History, Looked, Received, Turned
from rig.moment import now
from rig.wire import ANY, Place

_HANG_S = 20.0
_MOST_FAULTS = 3


class Services:
    """Fake services behind one listener, each at the path `/NODE/NUMBER`.

    *called* is what the file calls a node now, where that is something else.
    """

    def __init__(self, history: History, names: Iterable[str]) -> None:
        self._history = history
        self.truth = dict.fromkeys(names, Health.HEALTHY)
        self.called: dict[str, str] = {}
        self.place = ANY

    @property
    def nodes(self) -> dict[str, list[str]]:
        """Return the URLs of the services of each node."""
        nodes: dict[str, list[str]] = {}
        for name in self.truth:
            nodes.setdefault(name.partition("/")[0], []).append(self.url(name))
        return nodes

    async def open(self, host: str = ANY.host) -> None:
        """Listen on a free port of *host*."""
        server = await asyncio.start_server(self._visit, host, 0, backlog=1024)
        self.place = Place(*server.sockets[0].getsockname())

    def url(self, name: str) -> str:
        """Return where the service *name* is looked at."""
        return f"http://{self.place}/{name}"

    def replica(self, name: str) -> str:
        """Return what the program calls the service *name*."""
        node = name.partition("/")[0]
        return f"looked:{self.called.get(node, node)}:{self.url(name)}"

    def turn(self, name: str, health: Health) -> None:
        """Make the service *name* become *health*."""
        if self.truth[name] is not health:
            self.truth[name] = health
            self._history.note(Turned(now(), self.replica(name), health))

    async def _visit(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            began = now()
            asked = await wire.read(reader)
            name = asked.path.partition("?")[0].strip("/")
            health = self.truth[name]
            writer.write(wire.answer(503 if health.is_dead else 200))
            self._history.note(Looked(began, now(), self.replica(name), health))
            await writer.drain()
        except (OSError, EOFError):
            pass
        finally:
            writer.close()


class Fault(Enum):
    """How a receiver meets a request: its name, whether it is taken, whether that is clear."""

    ACCEPT = ("accept", True, True)
    UNAVAILABLE = ("503", False, True)
    LATER = ("503 with Retry-After", False, True)
    LIMITED = ("429 with Retry-After", False, True)
    BROKEN = ("500", True, False)
    HANG = ("hang", True, False)
    CUT = ("reset before the answer, not taken", False, False)
    LOSE = ("reset after it was taken", True, False)

    def __init__(self, words: str, taken: bool, clear: bool) -> None:  # noqa: FBT001
        self.words = words
        self.taken = taken
        self.clear = clear


_ANSWERS = {
    Fault.ACCEPT: wire.answer(200),
    Fault.UNAVAILABLE: wire.answer(503),
    Fault.LATER: wire.answer(503, "retry-after: 1"),
    Fault.LIMITED: wire.answer(429, "retry-after: 1"),
    Fault.BROKEN: wire.answer(500),
}
WEIGHTS = {
    Fault.ACCEPT: 12,
    Fault.UNAVAILABLE: 2,
    Fault.LATER: 1,
    Fault.BROKEN: 2,
    Fault.HANG: 1,
    Fault.CUT: 2,
    Fault.LOSE: 2,
}


class Dice:
    """Throws faults by *weights*, never more than three in a row."""

    def __init__(self, dice: random.Random, weights: dict[Fault, int]) -> None:
        self._dice = dice
        self._faults, self._weights = list(weights), list(weights.values())
        self._in_a_row = 0
        self.calm = False

    def throw(self) -> Fault:
        """Return the next fault."""
        [fault] = self._dice.choices(self._faults, self._weights)
        if self.calm or self._in_a_row >= _MOST_FAULTS:
            fault = Fault.ACCEPT
        self._in_a_row = 0 if fault is Fault.ACCEPT else self._in_a_row + 1
        return fault


@dataclass(slots=True)
class Receiver:
    """A webhook receiver, the far end of *channel*, or one that can *parse* other messages.

    *on_request* is called, with the channel, when a whole request is here and nothing is
    answered yet.
    """

    history: History
    channel: str
    dice: Dice
    on_request: Callable[[str], None] = lambda _: None
    parse: Callable[[bytes], Any] = json.loads
    place: Place = ANY
    _server: asyncio.Server | None = None

    @property
    def url(self) -> str:
        """Return where messages are sent to."""
        return f"http://{self.place}/hook"

    async def open(self) -> None:
        """Listen, on the same port as before."""
        self._server = await asyncio.start_server(self._meet, *self.place)
        self.place = Place(*self._server.sockets[0].getsockname())

    async def go_away(self) -> None:
        """Refuse all connections until `open`."""
        if self._server:
            self._server.close()

    async def _meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            asked = await wire.read(reader)
            fault = self.dice.throw()
            body = self.parse(asked.body)
            self.history.note(
                Received(now(), self.channel, fault.words, fault.taken, fault.clear, body)
            )
            self.on_request(self.channel)
            await self._answer(fault, reader, writer)
        except (OSError, EOFError):
            pass
        finally:
            writer.close()

    async def _answer(
        self, fault: Fault, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if fault in _ANSWERS:
            writer.write(_ANSWERS[fault])
            await writer.drain()
        elif fault is Fault.HANG:
            await asyncio.wait_for(reader.read(), _HANG_S)
        else:
            writer.transport.abort()
