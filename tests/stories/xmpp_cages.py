"""The cages of the notifier zoo that hear XMPP: ways to misbehave, then a real server."""

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import unescape

from tests.notifiers import prosody
from tests.notifiers.faulty_xmpp import CutShort, FaultyXmpp
from tests.notifiers.prosody import Prosody
from tests.stories.mail_cages import saying
from tests.stories.notifier_cages import DAY_MIN, HANG_S, Behaviour, Cage, read, reset
from watchkeeper.core.secret import Secret
from watchkeeper.notifiers import xmpp

XMPP = "xmpp"
_FAILURE = b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><%b/></failure>"
_STREAM_ERROR = (
    b"<stream:error><%b xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>"
    b"</stream:stream>"
)
_BOUNCE = (
    b"<message type='error' from='ops@localhost'><error type='%b'>"
    b"<%b xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>"
)

CHAT: Mapping[str, Behaviour] = {
    "hang": Behaviour(step="greeting", hangs=True, most=1),
    "reset": Behaviour(step="offer"),
    "refused": Behaviour(answer=saying(_FAILURE % b"not-authorized"), step="success", breaks=True),
    "closed": Behaviour(answer=saying(_STREAM_ERROR % b"system-shutdown"), step="bound"),
    "silent": Behaviour(step="pong", takes=True, hangs=True, most=1),
    "away": Behaviour(is_away=True),
    "lost": Behaviour(step="pong", takes=True),
    "bounced": Behaviour(
        answer=saying(_BOUNCE % (b"cancel", b"service-unavailable")), step="taken", breaks=True
    ),
    "full": Behaviour(answer=saying(_BOUNCE % (b"wait", b"resource-constraint")), step="taken"),
    "busy": Behaviour(answer=saying(_FAILURE % b"temporary-auth-failure"), step="success"),
    "garbage": Behaviour(answer=saying(b"HTTP/1.1 400 Bad Request\r\n\r\n"), step="greeting"),
    "long": Behaviour(answer=saying(b" " * 1_000_000), step="taken", takes=True, most=1),
    "insecure": Behaviour(is_secure=True, until_min=3 * DAY_MIN),
    "a day": Behaviour(step="bind", until_min=DAY_MIN + 60),
}
"""The first five are played in CI."""


@dataclass
class Servers:
    """What the cages share: the real server, and the TLS of one that nobody vouches for."""

    real: Prosody
    impostor: ssl.SSLContext


class XmppCage(Cage):
    """The far side of a channel that chats; when it is well, it is the real server."""

    def __init__(self, servers: Servers, reader: str, behaviour: Behaviour) -> None:
        super().__init__(XMPP, behaviour=behaviour)
        self._servers = servers
        self._reader = reader

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Let the real server have the message, or misbehave."""
        if self.is_ill:
            await self._converse(reader, writer)
            return
        await _relay(reader, writer, self._servers.real.port)
        kept = self._servers.real.messages(self._reader)[self.accepted :]
        self.read += [read(text) for text in kept]
        self.accepted += len(kept)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        how, servers = self.behaviour, self._servers
        context = servers.impostor if how.is_secure else servers.real.context
        words = {} if how.is_secure else {how.step: how.answer and how.answer(self.clock.wall())}
        server = FaultyXmpp(context, **words)
        try:
            await server(reader, writer)
        except CutShort:
            if how.hangs:
                await asyncio.wait_for(reader.read(), HANG_S)
            else:
                reset(writer)
        finally:
            self.waits.append(self.clock.steady())
            if how.takes and server.content:
                self.read.append(read(unescape(server.content.decode())))

    @property
    def settings(self) -> xmpp.Settings:
        """What the file would say of this cage."""
        return xmpp.Settings(
            to=f"{self._reader}@localhost",
            from_=prosody.SENDER,
            xmpp_password=Secret(prosody.PASSWORD),
            xmpp_host="127.0.0.1",
            xmpp_port=self.port,
        )


async def _relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
    """Carry all bytes to the server on *port* and back, until both have ended."""
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", port)
    await asyncio.gather(_carry(reader, far_writer), _carry(far_reader, writer))


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while data := await reader.read(65_536):
            writer.write(data)
    writer.close()
