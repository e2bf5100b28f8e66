"""A name server for tests, on loopback, that says what it is told to say."""

import asyncio
import struct
from collections.abc import Callable
from typing import cast

SRV = 33
SERVFAIL, NXDOMAIN, REFUSED = 2, 3, 5
SILENT = -1


class Dns(asyncio.DatagramProtocol):
    """A name server: every name has the address 192.0.2.1 and no IPv6, or *code* is said.

    *services* are what it says of services: priority, weight, port and name of each server.
    """

    def __init__(self) -> None:
        self.code = 0
        self.ttl = 60
        self.delay_s = 0.0
        self.code_of_ipv6: int | None = None
        self.mangle: Callable[[bytes], bytes] = lambda answer: answer
        self.asked: list[str] = []
        self.services: list[tuple[int, int, int, str]] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        end = data.index(b"\0", 12) + 5
        question, kind = data[12:end], data[end - 3]
        if kind == 1:
            self.asked.append(question[1 : 1 + question[0]].decode())
        code = self.code if kind == 1 or self.code_of_ipv6 is None else self.code_of_ipv6
        if code == SILENT:
            return
        records = self._records(kind) if code == 0 else []
        head = data[:2] + struct.pack("!HHHHH", 0x8180 | code, 1, len(records), 0, 0)
        answer = self.mangle(head + question + b"".join(records))
        loop = asyncio.get_running_loop()
        loop.call_later(self.delay_s, self._transport.sendto, answer, addr)

    def _records(self, kind: int) -> list[bytes]:
        values = {1: [b"\xc0\0\x02\x01"], SRV: [_server(*one) for one in self.services]}
        return [
            b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, self.ttl, len(value)) + value
            for value in values.get(kind, [])
        ]


def _server(priority: int, weight: int, port: int, name: str) -> bytes:
    labels = [label.encode() for label in name.split(".") if label]
    spelled = b"".join(bytes([len(label)]) + label for label in labels)
    return struct.pack("!HHH", priority, weight, port) + spelled + b"\0"
