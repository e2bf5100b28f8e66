"""Line: one connection as asyncio sees it, with or without TLS, until its reader is content."""

import asyncio
import socket
import struct
from typing import Protocol, cast

from watchkeeper.outside.failure import CutOff, Failure, Insecure
from watchkeeper.outside.tls import Tls

_NO_LINGER = struct.pack("ii", 1, 0)


class Reader(Protocol):
    """What takes the bytes that arrive."""

    def feed(self, data: bytes) -> bool:
        """Take *data*; return whether nothing more is wanted. Raise Failure."""

    def end(self) -> None:
        """Take the end of the connection; raise Failure when it came too early."""


class Line(asyncio.Protocol):
    """One connection. *secured* and *finished* are awaited in that order, each at most once.

    The first of them that is still open raises the Failure of the connection.
    """

    def __init__(self, reader: Reader, tls: Tls | None = None) -> None:
        loop = asyncio.get_running_loop()
        self.secured: asyncio.Future[None] = loop.create_future()
        self.finished: asyncio.Future[None] = loop.create_future()
        self.tls = tls
        self._reader: Reader | None = reader
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin the handshake, if there is one."""
        self._transport = cast("asyncio.Transport", transport)
        if self.tls is None:
            self.secured.set_result(None)
        else:
            self.data_received(b"")

    def data_received(self, data: bytes) -> None:
        """Give what arrived to the reader, in clear."""
        if self._reader is None or self.finished.done():
            return
        try:
            clear = data if self.tls is None else self._decrypted(self.tls, data)
            if clear and self._reader.feed(clear):
                self._settle(None)
            elif self.tls is not None and self.tls.is_over:
                self._reader.end()
                self._settle(None)
        except Failure as failure:
            self._settle(failure)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell who waits, and let go of all that holds native memory in a circle."""
        try:
            self._judge_end(exc)
        except Failure as failure:
            self._settle(failure)
        else:
            self._settle(None)
        self._reader = self.tls = self._transport = None

    def send(self, data: bytes) -> None:
        """Send *data*, through TLS where the line has it."""
        if self.tls is not None:
            self.tls.write(data)
            self._flush()
        elif self._transport is not None:
            self._transport.write(data)

    def close(self) -> None:
        """Close the connection at once, whatever waits to be sent."""
        self._reader = None
        if self.finished.done() and not self.finished.cancelled():
            self.finished.exception()  # seen, also where nobody came to await it
        if self._transport is None:
            return
        if not self.finished.done():
            sock: socket.socket | None = self._transport.get_extra_info("socket")
            if sock is not None:  # the system must not go on sending to a tarpit for us
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        self._transport.abort()

    def _decrypted(self, tls: Tls, data: bytes) -> bytes:
        try:
            clear = tls.receive(data)
        finally:
            self._flush()  # an alert too: the other side should learn why
        if tls.is_secured and not self.secured.done():
            self.secured.set_result(None)
        return clear

    def _flush(self) -> None:
        if self.tls is not None and self._transport is not None:
            waiting = self.tls.to_send()
            if waiting:
                self._transport.write(waiting)

    def _judge_end(self, exc: Exception | None) -> None:
        if self.finished.done() or self._reader is None:
            return
        if exc is not None:
            raise CutOff(f"the connection was reset: {exc}")
        if not self.secured.done():
            raise Insecure("the connection was closed during the handshake: is TLS spoken there?")
        self._reader.end()

    def _settle(self, failure: Failure | None) -> None:
        waiting = next((f for f in (self.secured, self.finished) if not f.done()), None)
        if waiting is None:
            return
        if failure is None:
            waiting.set_result(None)
        else:
            waiting.set_exception(failure)
