"""Chat: one XMPP message over a stream of its own, on a connection that we made.

Nothing but the XMPP channel imports this module, for slixmpp is an extra and large.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from socket import socket
from typing import Any
from xml.etree.ElementTree import Element

from slixmpp import ClientXMPP
from slixmpp.exceptions import IqError

from watchkeeper.core.delivery import DeliveryError, Refused, Unreachable
from watchkeeper.core.lane import SEND_MS
from watchkeeper.core.secret import Secret
from watchkeeper.outside.connect import Connector, Place, gravest
from watchkeeper.outside.failure import Failure, TimedOut
from watchkeeper.outside.journey import Journey
from watchkeeper.outside.quote import cleaned
from watchkeeper.outside.sending import Sending
from watchkeeper.outside.tls import SYSTEM, context

_ANSWER_S = 60  # longer than any caller waits
_MOST_WORDS = 300
_MOST_HEARD = 256 * 1024
_PASSING = {"wait", "temporary-auth-failure"}

# What goes wrong is in the outcome of the try; slixmpp logs it again, and what strangers said.
logging.getLogger("slixmpp").setLevel(logging.CRITICAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """Who we are, and where we log in, the best first: STARTTLS is always required there."""

    address: str
    password: Secret
    places: Sequence[Place]

    @property
    def host(self) -> str:
        """Return the name of the best server."""
        return self.places[0].host


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A chat message: *id* is equal in every repeat."""

    id: str
    recipient: str
    text: str


async def deliver(connector: Connector, sending: Sending, account: Account, note: Note) -> None:
    """Return once the server has taken *note*: it answered what we asked it after that.

    Raise Refused or Unreachable of `core.delivery`. The caller holds the total deadline.
    """
    try:
        async with _logged_in(connector, sending, account) as stream:
            await sending.first_byte()
            await stream.say(note)
    except (Failure, OSError) as error:
        raise Unreachable(f"{account.host}: {error}", maybe=sending.left) from error


@asynccontextmanager
async def _logged_in(
    connector: Connector, sending: Sending, account: Account
) -> AsyncIterator["_Stream"]:
    sock = await _connected(connector, account.places)
    stream = _Stream(account, sending)
    writing = asyncio.create_task(stream.client.run_filters())
    try:
        loop = asyncio.get_running_loop()
        await loop.create_connection(lambda: stream.client, sock=sock)
        await stream.until(stream.started)
        yield stream
    finally:
        stream.close()
        writing.cancel()


async def _connected(connector: Connector, places: Sequence[Place]) -> socket:
    """Return a connection to the first of *places* that has one; each gets its share of time."""
    journey, failures = Journey(SEND_MS), list[Failure]()
    for waiting, place in zip(range(len(places), 0, -1), places, strict=True):
        try:
            async with asyncio.timeout(journey.left_s() / waiting):
                sock, _ = await connector.socket(place, journey)
        except TimeoutError:
            failures.append(TimedOut(f"{place.host} port {place.port} did not answer"))
        except Failure as failure:
            failures.append(failure)
        else:
            return sock
    raise gravest(failures)


class _Stream:
    """A stream of slixmpp: what happens on it is *started*, and then trouble or nothing."""

    def __init__(self, account: Account, sending: Sending) -> None:
        loop = asyncio.get_running_loop()
        self.started: asyncio.Future[object] = loop.create_future()
        self.client = _Client(account, self._too_much)
        self.client.ssl_context = context(SYSTEM, ())
        self._host = account.host
        self._sending = sending
        self._trouble: asyncio.Future[object] = loop.create_future()
        self._why_not = ""
        for event, handler in {
            "session_start": self._start,
            "failed_auth": self._note_failure,
            "failed_all_auth": self._not_known,
            "no_auth": self._not_safe,
            "ssl_invalid_chain": self._not_trusted,
            "message_error": self._bounced,
            "disconnected": self._cut,
        }.items():
            self.client.add_event_handler(event, handler)

    async def until(self, wanted: "asyncio.Future[object]") -> None:
        """Wait for *wanted*; raise what went wrong before it came."""
        both = {wanted, self._trouble}
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        (self._trouble if self._trouble.done() else wanted).result()

    async def say(self, note: Note) -> None:
        """Send *note*, then ask for an answer: stanzas are taken in their order."""
        client = self.client
        message = client.make_message(note.recipient, mbody=note.text, mtype="chat")
        message["id"] = note.id
        message.send()
        ping = client.make_iq_get(ito=client.boundjid.host)
        ping.append(Element("{urn:xmpp:ping}ping"))
        await self.until(asyncio.ensure_future(_answer(ping)))

    def close(self) -> None:
        """Let go of the connection, at once."""
        self._fail(Unreachable("closed"))
        self._trouble.exception()  # seen, also where nobody came to await it
        self.client.abort()

    def _start(self, _: object) -> None:
        if not self.started.done():
            self.started.set_result(None)

    def _note_failure(self, failure: Any) -> None:
        self._why_not = str(failure["condition"])

    def _not_known(self, _: object) -> None:
        words = f"{self._host} does not let us log in: {self._why_not or 'it takes no method'}"
        passes = self._why_not in _PASSING
        self._fail(Unreachable(words, maybe=False) if passes else Refused(words))

    def _not_safe(self, _: object) -> None:
        self._fail(Refused(f"{self._host} offers no way to log in that we take: is there TLS?"))

    def _not_trusted(self, error: object) -> None:
        self._fail(Unreachable(f"{self._host}: {error}", maybe=False))

    def _bounced(self, message: Any) -> None:
        error = message["error"]
        said = cleaned(f"{error['condition']} {error['text']}".strip(), _MOST_WORDS)
        words = f"{message['from']} did not take it: {said}"
        passes = error["type"] in _PASSING
        self._fail(Unreachable(words, maybe=False) if passes else Refused(words))

    def _too_much(self) -> None:
        words = f"{self._host} says more than {_MOST_HEARD // 1024} KiB"
        self._fail(Unreachable(words, maybe=self._sending.left))

    def _cut(self, why: object) -> None:
        words = f"{self._host} closed the stream: {why or 'it did not say why'}"
        self._fail(Unreachable(words, maybe=self._sending.left))

    def _fail(self, error: DeliveryError) -> None:
        if not self._trouble.done():
            self._trouble.set_exception(error)


class _Client(ClientXMPP):
    """A client that hears so much and no more: its parser would keep all of an endless word."""

    def __init__(self, account: Account, overflow: Callable[[], None]) -> None:
        super().__init__(account.address, account.password.reveal())
        self._room = _MOST_HEARD
        self._overflow = overflow

    def data_received(self, data: bytes | str) -> None:
        """Take in *data*, as long as there is room."""
        self._room -= len(data)
        if self._room >= 0:
            super().data_received(data)
        else:
            self._overflow()


async def _answer(ping: Any) -> object:
    try:
        return await ping.send(timeout=_ANSWER_S)
    except IqError as error:  # it does not know pings, but it has answered
        return error
