"""Ping: echoes to thousands of addresses, through one socket for each family of them."""

import asyncio
import os
import select
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from watchkeeper.outside import clock, echo
from watchkeeper.outside.connect import explained
from watchkeeper.outside.echo import V4, V6, Echo, Version
from watchkeeper.outside.failure import Failure, HostUnreachable, NoRight, NoRoom, TimedOut
from watchkeeper.outside.notice import notice

MOST_IN_FLIGHT = 256
"""Answers that come at once must fit into the socket's buffer, where more would be lost."""

SOON_S = 0.25
"""How long an echo counts as in flight: a dead target must not keep others from their turn."""

_NOT_ALLOWED = (
    "this process may not send pings: let its group do so by "
    "`sysctl -w net.ipv4.ping_group_range='0 2147483647'` (IPv6 too), or give it CAP_NET_RAW"
)
_MOST_AT_ONCE = 64
_TRIES = 3
_BUFFER_BYTES = 1 << 20

_SOL_RAW, _ICMP_FILTER, _ICMP6_FILTER = 255, 1, 1
_RECEIVE_ERRORS = {
    socket.AF_INET: (socket.IPPROTO_IP, 11),
    socket.AF_INET6: (socket.IPPROTO_IPV6, 25),
}


@dataclass(frozen=True, slots=True)
class _Way:
    """The socket for one family; *ident* is in every packet that is ours."""

    version: Version
    sock: socket.socket
    ident: int
    is_raw: bool

    def answer(self, packet: bytes) -> Echo | None:
        """Return the answer in *packet*, None where it is something else."""
        if self.is_raw and self.version is V4:
            packet = echo.without_ip_header(packet)
        return echo.read(self.version.reply, packet)


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An echo that was sent at *sent* (nanoseconds)."""

    address: bytes
    nonce: bytes = field(default_factory=lambda: os.urandom(echo.NONCE_BYTES))
    sent: int = field(default_factory=clock.nanos)
    answer: asyncio.Future[int | Failure] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def settle(self, answer: int | Failure) -> None:
        """Tell who waits, unless that was done."""
        if not self.answer.done():
            self.answer.set_result(answer)


class Pinger:
    """Sends pings, and hears who answers. Its sockets are opened by the first of them."""

    def __init__(self) -> None:
        self._ways: dict[Version, _Way] = {}
        self._by_descriptor: dict[int, _Way] = {}
        self._pending: dict[int, _Waiting] = {}
        self._room = asyncio.Semaphore(MOST_IN_FLIGHT)
        self._sequence = 0
        self._ready: select.epoll | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._was_refused = False

    async def ping(self, address: str, within_s: float, patience_s: float) -> int:
        """Return the microseconds until *address* answered; raise Failure.

        It has *within_s* to answer, once its turn came; that may take *patience_s*.
        """
        way = self._way(V6 if ":" in address else V4, address)
        async with self._turn(patience_s):
            answering = self._send(way, address, within_s)
            await asyncio.wait({answering}, timeout=SOON_S)
            if not answering.done():
                self._hear()  # we may be late: then answers fill the buffer of those who come next
        answer = await answering
        if isinstance(answer, Failure):
            raise answer
        return answer

    def close(self) -> None:
        """Close the sockets."""
        if self._ready is not None and self._loop is not None:
            self._loop.remove_reader(self._ready.fileno())
            self._ready.close()
            self._ready = None
        for way in self._ways.values():
            way.sock.close()
        self._ways.clear()
        self._by_descriptor.clear()

    @asynccontextmanager
    async def _turn(self, patience_s: float) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(patience_s):
                await self._room.acquire()
        except TimeoutError:
            words = f"{MOST_IN_FLIGHT} pings were under way for {patience_s:g} s"
            raise NoRoom(f"{words}: there was no turn for this one") from None
        try:
            yield
        finally:
            self._room.release()

    def _send(self, way: _Way, address: str, within_s: float) -> asyncio.Future[int | Failure]:
        self._sequence = sequence = (self._sequence + 1) & 0xFFFF
        waiting = _Waiting(echo.packed(address))
        late = TimedOut(f"{address} did not answer a ping within {within_s:g} s")

        def give_up() -> None:
            self._hear()  # it may have answered while we stood still
            waiting.settle(late)

        alarm = asyncio.get_running_loop().call_later(within_s, give_up)

        def forget(_: object) -> None:
            alarm.cancel()
            self._pending.pop(sequence, None)

        self._pending[sequence] = waiting
        waiting.answer.add_done_callback(forget)
        packet = echo.request(way.version, Echo(way.ident, sequence, waiting.nonce))
        failure = self._sent(way, address, packet)
        if failure is not None:
            waiting.settle(failure)
        return waiting.answer

    def _sent(self, way: _Way, address: str, packet: bytes) -> Failure | None:
        """Send *packet*; return why that cannot be.

        The system may report the error of an earlier packet at this one: that is heard first.
        """
        failure: Failure | None = None
        for _ in range(_TRIES):
            try:
                way.sock.sendto(packet, (address, 0))
            except BlockingIOError:
                return NoRoom(f"no ping to {address} could be sent: the network is busy")
            except OSError as error:
                failure = explained(error, address)
                self._hear_complaints(way)
            else:
                return None
        return failure

    def _way(self, version: Version, address: str) -> _Way:
        way = self._ways.get(version)
        if way is not None:
            return way
        try:
            way = _opened(version)
        except PermissionError:
            self._tell_refused()
            raise NoRight(_NOT_ALLOWED) from None
        except OSError as error:
            raise explained(error, address) from error
        self._watch(way)
        self._ways[version] = way
        return way

    def _tell_refused(self) -> None:
        if not self._was_refused:
            notice(f"targets of icmp:// stay blind: {_NOT_ALLOWED}")
        self._was_refused = True

    def _watch(self, way: _Way) -> None:
        # Event loops built on libuv take the note of an error for the end of the socket. Behind
        # an epoll of our own it is but one more thing to be read.
        if self._ready is None:
            self._ready = select.epoll()
            self._loop = asyncio.get_running_loop()
            self._loop.add_reader(self._ready.fileno(), self._hear)
        self._ready.register(way.sock, select.EPOLLIN)
        self._by_descriptor[way.sock.fileno()] = way

    def _hear(self) -> None:
        if self._ready is None:
            return
        for descriptor, events in self._ready.poll(0):
            way = self._by_descriptor[descriptor]
            if events & select.EPOLLERR:
                self._hear_complaints(way)
            if events & select.EPOLLIN:
                self._hear_answers(way)

    def _hear_answers(self, way: _Way) -> None:
        with suppress(OSError):  # nothing more to read; or an error, which is heard elsewhere
            for _ in range(_MOST_AT_ONCE):
                packet, sender = way.sock.recvfrom(256)
                answer = way.answer(packet)
                waiting = self._asked(way, sender[0], answer)
                if waiting is not None and answer is not None and answer.nonce == waiting.nonce:
                    waiting.settle((clock.nanos() - waiting.sent) // 1000)

    def _hear_complaints(self, way: _Way) -> None:
        with suppress(OSError):
            way.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)  # which clears it
            for _ in range(_MOST_AT_ONCE):
                packet, notes, _, target = way.sock.recvmsg(256, 256, socket.MSG_ERRQUEUE)
                quoted = echo.read(way.version.request, packet)
                waiting = self._asked(way, target[0], quoted)
                for _, _, data in notes:
                    complaint = echo.complaint(data)
                    if waiting and quoted and complaint and waiting.nonce.startswith(quoted.nonce):
                        waiting.settle(_unreachable(target[0], complaint))

    def _asked(self, way: _Way, address: str, heard: Echo | None) -> _Waiting | None:
        """Return who waits for *heard* from *address*, if anybody does."""
        if heard is None or heard.ident != way.ident:
            return None
        waiting = self._pending.get(heard.sequence)
        is_asked = waiting is not None and waiting.address == echo.packed(address)
        return waiting if is_asked else None


def _opened(version: Version) -> _Way:
    """Return a socket for pings: the one that anybody may be allowed, else a raw one."""
    try:
        sock = socket.socket(version.family, socket.SOCK_DGRAM, version.protocol)
    except OSError:
        sock = socket.socket(version.family, socket.SOCK_RAW, version.protocol)
    try:
        return _set_up(version, sock)
    except BaseException:
        sock.close()
        raise


def _set_up(version: Version, sock: socket.socket) -> _Way:
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER_BYTES)
    sock.setsockopt(*_RECEIVE_ERRORS[version.family], 1)
    if sock.type == socket.SOCK_RAW:
        sock.setsockopt(*_answers_alone(version))
        return _Way(version, sock, int.from_bytes(os.urandom(2), "big"), is_raw=True)
    sock.bind(("", 0))
    return _Way(version, sock, sock.getsockname()[1], is_raw=False)


def _answers_alone(version: Version) -> tuple[int, int, bytes]:
    """Return the filter without which a raw socket drowns in its own requests."""
    if version is V4:
        return _SOL_RAW, _ICMP_FILTER, struct.pack("=I", ~(1 << version.reply) & 0xFFFF_FFFF)
    words = [0xFFFF_FFFF] * 8
    words[version.reply // 32] &= ~(1 << version.reply % 32)
    return socket.IPPROTO_ICMPV6, _ICMP6_FILTER, struct.pack("=8I", *words)


def _unreachable(address: str, complaint: echo.Complaint) -> Failure:
    who = f", says {complaint.offender}" if complaint.offender else ""
    return HostUnreachable(f"{address} cannot be reached{who}: {os.strerror(complaint.error)}")
