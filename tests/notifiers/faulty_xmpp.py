"""An XMPP server that says what it is told to say, and remembers the message it was sent."""

import asyncio
import re
import ssl

STREAM = (
    b"<?xml version='1.0'?><stream:stream xmlns='jabber:client' id='1' version='1.0'"
    b" xmlns:stream='http://etherx.jabber.org/streams' from='localhost'>"
)
SECURE = (
    b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
    b"</stream:features>"
)
PLAIN = (
    b"<stream:features><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
    b"<mechanism>PLAIN</mechanism></mechanisms></stream:features>"
)
BIND = b"<stream:features><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></stream:features>"
_PROCEED = b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
_SUCCESS = b"<success xmlns='urn:ietf:params:xml:ns:xmpp-sasl'/>"
_BOUND = (
    b"<iq type='result' id='%b'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'>"
    b"<jid>status@localhost/1</jid></bind></iq>"
)
_PONG = b"<iq type='result' id='%b'/>"
_ID = re.compile(rb"\sid=[\"']([^\"']+)")


class CutShort(ConnectionError):
    """The server was told to say no more."""


class FaultyXmpp:
    """A server that says what it should, but for the *words* that are given.

    Their names are `greeting`, `proceed`, `offer`, `success`, `bind`, `bound`, `taken` and
    `pong`; None cuts the conversation there.
    """

    def __init__(self, context: ssl.SSLContext, **words: bytes | None) -> None:
        self._context = context
        self._words = words
        self.content = b""

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hear one message out; raise CutShort where there is no more to say."""
        await _stream(reader)
        self._say(writer, "greeting", STREAM + SECURE)
        await reader.readuntil(b">")
        self._say(writer, "proceed", _PROCEED)
        await writer.start_tls(self._context)
        await _stream(reader)
        self._say(writer, "offer", STREAM + PLAIN)
        await reader.readuntil(b"</auth>")
        self._say(writer, "success", _SUCCESS)
        await _stream(reader)
        self._say(writer, "bind", STREAM + BIND)
        self._say(writer, "bound", _BOUND % await _question(reader))
        self.content = await reader.readuntil(b"</message>")
        self._say(writer, "taken", b"")
        self._say(writer, "pong", _PONG % await _question(reader))
        await reader.read()

    def _say(self, writer: asyncio.StreamWriter, step: str, usual: bytes) -> None:
        words = self._words.get(step, usual)
        if words is None:
            raise CutShort(step)
        writer.write(words)


async def _stream(reader: asyncio.StreamReader) -> None:
    while b"<stream:stream" not in await reader.readuntil(b">"):
        pass


async def _question(reader: asyncio.StreamReader) -> bytes:
    """Return the id of what is asked next."""
    found = _ID.search(await reader.readuntil(b"</iq>"))
    assert found
    return found[1]
