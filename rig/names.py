"""Names: servers of them, one that leads elsewhere after a while and one that is damaged."""

import asyncio
import socket
import struct
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_address
from typing import cast

from rig.damage import Edit, edited
from rig.zoo import METADATA
from watchkeeper.outside import resolve
from watchkeeper.outside.clock import SystemClock
from watchkeeper.outside.failure import Failure
from watchkeeper.outside.resolve import SystemResolver

_A, _HEAD, _POINTER, _ANSWERED = 1, 12, b"\xc0\x0c", 0x8180


class Moving(asyncio.DatagramProtocol):
    """Says of `moves.A.B.C.D.example` that it is A.B.C.D, then that it has moved to METADATA."""

    def __init__(self) -> None:
        self._asked: Counter[bytes] = Counter()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer: with both addresses, with one, then with the other, for no time at all."""
        question = _question(data)
        home = ".".join(_labels(question)[1:5])
        moves = (METADATA, home), (home,), (METADATA,)
        answers = moves[self._asked[question] % 3]
        self._asked[question] += 1
        self._transport.sendto(_answer(data, answers), addr)


async def open_names() -> str:
    """Serve names; return where."""
    return await _served(Moving())


class Damaging(asyncio.DatagramProtocol):
    """Damages its first answer about each name, and a resolver of ours that asks for it."""

    def __init__(self) -> None:
        self._edits: dict[str, Sequence[Edit]] = {}
        self._names = 0
        self._resolver: SystemResolver | None = None
        self._server = ""

    async def take(self, many: Sequence[Sequence[Edit]]) -> None:
        """Ask for a new name for each of *many*; whatever is answered must be addresses."""
        if self._resolver is None:
            await self._open()
        asking = [self._ask(edits) for edits in many]
        await asyncio.gather(*asking)

    async def _open(self) -> None:
        resolve.LOOKUP_S = 0.05
        self._server = await _served(self)
        self._resolver = SystemResolver(SystemClock())

    async def _ask(self, edits: Sequence[Edit]) -> None:
        assert self._resolver
        self._names += 1
        name = f"n{self._names}"
        self._edits[name] = edits
        with suppress(Failure):
            found = await self._resolver.resolve(f"{name}.example", self._server)
            assert all(map(ip_address, found.addresses))
        self._edits.pop(name, None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        """Answer; the number of the question is left as it is, else nobody reads on."""
        edits = self._edits.get(_labels(_question(data))[0], ())
        answer = _answer(data, ("192.0.2.1", "192.0.2.2"))
        self._transport.sendto(answer[:2] + edited(answer[2:], edits), addr)


async def _served(protocol: asyncio.DatagramProtocol) -> str:
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: protocol, local_addr=("127.0.0.1", 0)
    )
    return "127.0.0.1:{1}".format(*transport.get_extra_info("sockname"))


def _question(data: bytes) -> bytes:
    return data[_HEAD : data.index(b"\0", _HEAD) + 5]


def _answer(data: bytes, addresses: Sequence[str]) -> bytes:
    question = _question(data)
    answers = addresses if question[-3] == _A else ()
    head = data[:2] + struct.pack("!HHHHH", _ANSWERED, 1, len(answers), 0, 0)
    return head + question + b"".join(map(_record, answers))


def _labels(question: bytes) -> list[str]:
    labels, at = [], 0
    while length := question[at]:
        labels.append(question[at + 1 : at + 1 + length].decode())
        at += length + 1
    return labels


def _record(address: str) -> bytes:
    return _POINTER + struct.pack("!HHIH", _A, 1, 0, 4) + socket.inet_aton(address)
