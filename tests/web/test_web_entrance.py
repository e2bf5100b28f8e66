"""The entrance: who comes is taken, and nobody is asked for in vain."""

import asyncio
import errno
import os
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from tests.web.world import hurried, run
from watchkeeper.web.entrance import PAUSE_S, Entrance

CROWD = 200
TURNS = 50


class Scarce(socket.socket):
    """A listening socket that has no descriptor to give while it is *poor*."""

    def __init__(self) -> None:
        super().__init__()
        self.poor = True
        self.times = 0
        self.asked = asyncio.Event()

    def accept(self) -> tuple[socket.socket, object]:
        self.times += 1
        self.asked.set()
        if self.poor:
            raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
        return super().accept()


class Welcome(asyncio.Protocol):
    """Says a word and parts."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        transport.write(b"welcome")
        transport.close()


@asynccontextmanager
async def opened(listener: socket.socket) -> AsyncIterator[Entrance]:
    """An entrance that takes who comes through *listener*."""
    with listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(CROWD)
        listener.setblocking(False)
        entrance = Entrance(listener, Welcome)
        entrance.open()
        try:
            yield entrance
        finally:
            entrance.close()


async def visit(listener: socket.socket) -> bytes:
    reader, writer = await asyncio.open_connection(*listener.getsockname())
    try:
        return await reader.read()
    finally:
        writer.close()


@run
async def test_a_crowd_is_taken_whole() -> None:
    listener = socket.socket()
    async with opened(listener):
        heard = await asyncio.gather(*(visit(listener) for _ in range(CROWD)))
    assert heard == [b"welcome"] * CROWD


@hurried
async def test_with_no_descriptor_left_it_asks_once_and_takes_who_waited_later() -> None:
    listener = Scarce()
    async with opened(listener):
        visitor = asyncio.create_task(visit(listener))
        await listener.asked.wait()
        for _ in range(TURNS):
            await asyncio.sleep(0)
        assert listener.times == 1
        listener.poor = False
        assert await visitor == b"welcome"


@hurried
async def test_one_that_closes_in_a_pause_does_not_open_again() -> None:
    listener = Scarce()
    async with opened(listener) as entrance:
        visitor = asyncio.create_task(visit(listener))
        await listener.asked.wait()
        entrance.close()
        await asyncio.sleep(2 * PAUSE_S)
        for _ in range(TURNS):
            await asyncio.sleep(0)
        assert listener.times == 1
    await asyncio.gather(visitor, return_exceptions=True)
