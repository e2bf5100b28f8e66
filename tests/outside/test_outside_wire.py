import asyncio
import os
import socket

import pytest

from rig.port import free_port
from tests.loop import in_loop
from tests.outside.world import Names, serving
from watchkeeper.outside.connect import Connector, Place
from watchkeeper.outside.failure import CutOff
from watchkeeper.outside.journey import Journey
from watchkeeper.outside.line import Line
from watchkeeper.outside.wire import Switchboard

LONG = b"x" * 8_000_000


class Everything:
    """A reader that is content with *enough* bytes."""

    def __init__(self, enough: int) -> None:
        self.enough = enough
        self.heard = bytearray()

    def feed(self, data: bytes) -> bool:
        self.heard += data
        return len(self.heard) >= self.enough

    def end(self) -> None:
        raise CutOff("too early")


async def line_to(port: int, reader: Everything) -> Line:
    wire, _ = await Connector(Names()).wire(Place(host="127.0.0.1", port=port), Journey(20_000))
    return Line(wire, reader)


@in_loop
async def test_what_the_system_cannot_take_at_once_is_sent_when_it_can() -> None:
    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.05)
        writer.write(await reader.readexactly(len(LONG)))
        await writer.drain()

    reader = Everything(len(LONG))
    async with serving(echo) as port:
        line = await line_to(port, reader)
        line.send(LONG)
        await line.finished
        line.close()
    assert reader.heard == LONG


@in_loop
async def test_who_speaks_first_is_heard_though_it_came_with_the_connection() -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"hello")
        await writer.drain()

    reader = Everything(5)
    async with serving(greet) as port:
        wire, _ = await Connector(Names()).wire(Place(host="127.0.0.1", port=port), Journey(20_000))
        await asyncio.sleep(0.05)
        line = Line(wire, reader)
        await line.finished
        line.close()
    assert reader.heard == b"hello"


@in_loop
async def test_an_end_that_came_with_the_last_bytes_is_heard_too() -> None:
    board, reader = Switchboard(), Everything(6)
    with socket.create_server(("127.0.0.1", 0)) as server:
        wire = await board.connect(*server.getsockname())
        other, _ = server.accept()
        other.sendall(b"hello")
        other.close()
        line = Line(wire, reader)
        with pytest.raises(CutOff):
            await asyncio.wait_for(line.finished, 10)
        line.close()
    board.close()
    assert reader.heard == b"hello"


@in_loop
async def test_a_connection_that_ends_too_early_says_so() -> None:
    async with serving(lambda *_: asyncio.sleep(0)) as port:
        line = await line_to(port, Everything(1))
        with pytest.raises(CutOff):
            await line.finished
        line.close()


@in_loop
async def test_nothing_stays_open_behind_what_is_closed() -> None:
    connector = Connector(Names())
    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        place = Place(host="127.0.0.1", port=server.getsockname()[1])
        wires = [await connector.wire(place, Journey(20_000)) for _ in range(20)]
        for wire, _ in wires:
            wire.close()
        before = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
        sock, _ = await connector.socket(place, Journey(20_000))
        sock.close()
        assert len(os.listdir("/proc/self/fd")) == before  # noqa: PTH208
    connector.close()


@in_loop
async def test_a_port_where_nobody_listens_is_an_error_of_the_system() -> None:
    board = Switchboard()
    with pytest.raises(ConnectionRefusedError):
        await board.connect("127.0.0.1", free_port())
    board.close()
