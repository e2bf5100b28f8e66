"""Names: a server that answers truly once, then leads elsewhere."""

import asyncio
import socket
import struct
from collections import Counter
from typing import cast

from rig.zoo import METADATA

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
        end = data.index(b"\0", _HEAD) + 5
        question, kind = data[_HEAD:end], data[end - 3]
        home = _labels(question)[1:5]
        moves = (METADATA, ".".join(home)), (".".join(home),), (METADATA,)
        answers = moves[self._asked[question] % 3] if kind == _A else ()
        self._asked[question] += 1
        head = data[:2] + struct.pack("!HHHHH", _ANSWERED, 1, len(answers), 0, 0)
        self._transport.sendto(head + question + b"".join(map(_record, answers)), addr)


async def open_names() -> str:
    """Serve names; return where."""
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        Moving, local_addr=("127.0.0.1", 0)
    )
    return "127.0.0.1:{1}".format(*transport.get_extra_info("sockname"))


def _labels(question: bytes) -> list[str]:
    labels, at = [], 0
    while length := question[at]:
        labels.append(question[at + 1 : at + 1 + length].decode())
        at += length + 1
    return labels


def _record(address: str) -> bytes:
    return _POINTER + struct.pack("!HHIH", _A, 1, 0, 4) + socket.inet_aton(address)
