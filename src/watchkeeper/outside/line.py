"""Line: one connection, with or without TLS, until its reader is content."""

import asyncio
import socket
import struct
from select import EPOLLOUT
from typing import Protocol

from watchkeeper.outside.failure import CutOff, Failure, Insecure
from watchkeeper.outside.tls import Tls
from watchkeeper.outside.wire import ENDED, Wire

_NO_LINGER = struct.pack("ii", 1, 0)
_READ_BYTES = 16 * 1024


class Reader(Protocol):
    """What takes the bytes that arrive."""

    def feed(self, data: bytes) -> bool:
        """Take *data*; return whether nothing more is wanted. Raise Failure."""

    def end(self) -> None:
        """Take the end of the connection; raise Failure when it came too early."""


class Line:
    """One connection. Where there is TLS, `secured` is awaited before *finished*.

    The first of them that is still open raises the Failure of the connection. What ends a
    handshake on our side goes along with the first bytes that are sent.
    """

    def __init__(self, wire: Wire, reader: Reader, tls: Tls | None = None) -> None:
        self.finished: asyncio.Future[None] = wire.board.loop.create_future()
        self._secured: asyncio.Future[None] | None = None
        self.tls = tls
        self._wire = wire
        self._reader: Reader | None = reader
        self._unsent = b""
        if tls is not None:
            self._secured = wire.board.loop.create_future()
            # Its small pieces must not wait for each other.
            wire.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._take(b"")
        wire.lead_to(self)

    async def secured(self) -> None:
        """Wait until the handshake is done."""
        if self._secured is not None:
            await self._secured

    def ready(self, events: int) -> None:
        """Send what waits, and read what is there."""
        if self._unsent and events & EPOLLOUT:
            self._push(b"")
        while self._reader is not None and not self.finished.done():
            try:
                data = self._wire.sock.recv(_READ_BYTES)
            except BlockingIOError:
                return
            except OSError as error:
                self._end(error)
                return
            if not data:
                self._end(None)
                return
            self._take(data)
            if len(data) < _READ_BYTES and not events & ENDED:
                return

    def send(self, data: bytes) -> None:
        """Send *data*, through TLS where the line has it."""
        if self.tls is not None:
            self.tls.write(data)
            self._flush()
        else:
            self._push(data)

    def close(self) -> None:
        """Close the connection at once, whatever waits to be sent."""
        self._reader = self.tls = None
        if not self.finished.done():  # the system must not go on sending to a tarpit for us
            self._wire.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)
        elif not self.finished.cancelled():
            self.finished.exception()  # seen, also where nobody came to await it
        self._wire.close()

    def _take(self, data: bytes) -> None:
        """Give *data* to the reader, in clear."""
        if self._reader is None:
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

    def _decrypted(self, tls: Tls, data: bytes) -> bytes:
        try:
            clear = tls.receive(data)
        finally:
            if not tls.is_secured:  # an alert too: the other side should learn why
                self._flush()
        if tls.is_secured and self._secured and not self._secured.done():
            self._secured.set_result(None)
        return clear

    def _flush(self) -> None:
        if self.tls is not None:
            waiting = self.tls.to_send()
            if waiting:
                self._push(waiting)

    def _push(self, data: bytes) -> None:
        """Send what waits and *data* after it, as much as goes; the rest waits."""
        waiting = self._unsent + data
        try:
            self._unsent = waiting[self._wire.sock.send(waiting) :]
        except BlockingIOError:
            self._unsent = waiting
        except OSError as error:
            self._end(error)

    def _end(self, error: OSError | None) -> None:
        """Tell who waits that nothing more comes."""
        try:
            self._judge_end(error)
        except Failure as failure:
            self._settle(failure)
        else:
            self._settle(None)

    def _judge_end(self, error: OSError | None) -> None:
        if self.finished.done() or self._reader is None:
            return
        if error is not None:
            raise CutOff(f"the connection was reset: {error}")
        if self._secured and not self._secured.done():
            raise Insecure("the connection was closed during the handshake: is TLS spoken there?")
        self._reader.end()

    def _settle(self, failure: Failure | None) -> None:
        secured = self._secured
        waiting = secured if secured and not secured.done() else self.finished
        if waiting.done():
            return
        if failure is None:
            waiting.set_result(None)
        else:
            waiting.set_exception(failure)
