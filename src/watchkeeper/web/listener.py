"""Listener: serves on one address, and stops within a bound."""

import contextlib
import os
import socket
from collections.abc import Iterator
from functools import partial

import uvicorn

from watchkeeper.web.connections import Connections
from watchkeeper.web.entrance import Entrance
from watchkeeper.web.front import Front
from watchkeeper.web.heads import Heads
from watchkeeper.web.intake import Common
from watchkeeper.web.ordinary import application
from watchkeeper.web.shortcut import Shortcut
from watchkeeper.web.site import Site

STOP_S = 5
_QUEUE = 2_048
_TICKS_A_SECOND = 10


class CannotListen(Exception):
    """The address cannot be had; the text says why."""


class Listener:
    """The web of one process, to be made within the running loop.

    It listens from the beginning: *host*:*port*, where port 0 is any free one, or
    raises CannotListen.
    It answers while `run` runs.
    """

    def __init__(self, front: Front, host: str, port: int) -> None:
        self._connections = Connections(front.gap, front.clock)
        common = Common(front, Site(front), self._connections, Heads())
        self._socket = _listen(host, port)
        self._uvicorn = _Uvicorn(_config(front), common, self._socket)
        self.address: tuple[str, int] = self._socket.getsockname()[:2]

    async def run(self) -> None:
        """Answer until `stop` is called; return some 5 s after that at the latest."""
        try:
            await self._uvicorn.serve([self._socket])
        finally:
            self._socket.close()
            self._connections.abort()

    def stop(self) -> None:
        """Stop accepting, and end `run` when the answers that are due are given."""
        self._uvicorn.should_exit = True

    def close_old_connections(self) -> None:
        """Let go of all connections, after a gap: what they carry is old."""
        self._connections.part()


class _Uvicorn(uvicorn.Server):
    """Uvicorn inside our loop: signals are not its business, entrance and time of day are ours."""

    def __init__(self, config: uvicorn.Config, common: Common, listener: socket.socket) -> None:
        super().__init__(config)
        self._connections = common.connections
        welcome = partial(Shortcut, config, self.server_state, {}, common=common)
        self._entrance = Entrance(listener, welcome)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to the program."""
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:  # noqa: ARG002
        """Begin without *sockets*: they are the entrance's, until the end closes them."""
        await super().startup([])

    async def main_loop(self) -> None:
        """Take who comes, until told to stop."""
        self._entrance.open()
        try:
            await super().main_loop()
        finally:
            self._entrance.close()

    async def on_tick(self, counter: int) -> bool:
        """Once a second, take the time and end what took too long."""
        if counter % _TICKS_A_SECOND == 0:
            self._connections.tick()
            self.server_state.default_headers = [(b"date", self._connections.date)]
        return self.should_exit


def _config(front: Front) -> uvicorn.Config:
    return uvicorn.Config(
        application(front),
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_S,
    )


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens; `::` is every address of this machine, IPv4 ones too."""
    is_ipv6 = ":" in host
    try:
        listener = socket.create_server(
            (host, port),
            family=socket.AF_INET6 if is_ipv6 else socket.AF_INET,
            backlog=_QUEUE,
            dualstack_ipv6=is_ipv6 and socket.has_dualstack_ipv6(),
        )
    except OSError as error:
        raise CannotListen(os.strerror(error.errno) if error.errno else str(error)) from error
    listener.setblocking(False)
    return listener
