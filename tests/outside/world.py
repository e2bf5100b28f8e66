"""A small real world for tests: servers on loopback that behave as they are told."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

from watchkeeper.outside.clock import SystemClock
from watchkeeper.outside.failure import NameNotFound
from watchkeeper.outside.resolve import Resolved

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def serving(behaviour: Behaviour, **how: Any) -> AsyncIterator[int]:
    """Serve *behaviour* on a port of its own, which is given."""
    visits: set[asyncio.Task[None]] = set()

    async def visit(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await behaviour(reader, writer)
        finally:
            writer.close()

    def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        visits.add(asyncio.ensure_future(visit(reader, writer)))

    server = await asyncio.start_server(begin, "127.0.0.1", 0, **how)
    try:
        yield int(server.sockets[0].getsockname()[1])
    finally:
        await asyncio.sleep(0.001)  # for who just came, and may have left already
        server.close()
        await asyncio.sleep(0)
        for task in visits:
            task.cancel()
        await asyncio.gather(*visits, return_exceptions=True)
        await asyncio.sleep(0.001)  # for the transports to close


async def read_request(reader: asyncio.StreamReader) -> bytes:
    head = await reader.readuntil(b"\r\n\r\n")
    lengths = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    length = int(lengths[0].split(b":")[1]) if lengths else 0
    return head + await reader.readexactly(length)


class Answers:
    """A server that answers one after the other of *answers*, the last one for ever."""

    def __init__(self, *answers: bytes) -> None:
        self._answers = list(answers)
        self.requests: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.requests.append(await read_request(reader))
        writer.write(self._answers.pop(0) if len(self._answers) > 1 else self._answers[0])
        await writer.drain()

    def say(self, first: bytes) -> None:
        """Answer *first* instead of the first answer."""
        self._answers[0] = first

    @property
    def paths(self) -> list[str]:
        return [request.split()[1].decode() for request in self.requests]


def http_answer(status: int = 200, body: bytes = b"", /, **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Whatever", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Names:
    """A resolver that knows what it is told."""

    def __init__(self, **known: str) -> None:
        self.known = {name.replace("_", "."): value.split() for name, value in known.items()}
        self.asked: list[str] = []

    async def resolve(self, host: str, server: str = "") -> Resolved:
        del server
        self.asked.append(host)
        if host[0].isdigit() or ":" in host:
            return Resolved((host,))
        if host not in self.known:
            raise NameNotFound(f"{host} is not known")
        return Resolved(tuple(self.known[host]))

    async def close(self) -> None:
        return


class FakeClock(SystemClock):
    """The clock of this machine, moved on by hand."""

    def __init__(self) -> None:
        super().__init__()
        self.moved = 0

    def steady(self) -> int:
        return super().steady() + self.moved

    def wall(self) -> int:
        return super().wall() + self.moved
