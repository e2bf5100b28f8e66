"""Wire: a connected socket; thousands of them a second are told about by one epoll.

A transport of the loop costs seven more system calls for each connection.
"""

import asyncio
import errno
import os
import select
import socket
from collections.abc import Coroutine
from functools import cached_property
from typing import Any, Protocol, Self

_KIND = socket.SOCK_STREAM | socket.SOCK_NONBLOCK
_EVENTS = select.EPOLLIN | select.EPOLLOUT | select.EPOLLRDHUP | select.EPOLLET
_BROKEN = select.EPOLLERR | select.EPOLLHUP
ENDED = select.EPOLLRDHUP | _BROKEN
"""Nothing comes after what is there now, and of this end nobody tells again."""
_READABLE = select.EPOLLIN | _BROKEN
_MOST_AT_ONCE = 256


class Plugged(Protocol):
    """What is told when its socket has become ready."""

    def ready(self, events: int) -> None:
        """Read and write what is possible now: nobody tells of it again."""


class Switchboard:
    """All wires of this process. What is closed needs no telling: the system forgets it."""

    def __init__(self) -> None:
        self._plugged: dict[int, Plugged] = {}
        self._epoll: select.epoll | None = None

    @cached_property
    def loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop of this process, which costs a system call to ask for."""
        return asyncio.get_running_loop()

    def connect(self, address: str, port: int) -> "Coroutine[Any, Any, Wire]":
        """Return a wire to *port* of *address* to come; raise OSError, now or then."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        return Wire(self, socket.socket(family, _KIND)).connected((address, port))

    def plug(self, descriptor: int, one: Plugged) -> None:
        """Tell *one* whenever *descriptor* becomes ready, in the place of whoever was told."""
        if descriptor not in self._plugged:
            self._opened().register(descriptor, _EVENTS)
        self._plugged[descriptor] = one

    def unplug(self, descriptor: int, *, stays_open: bool = False) -> None:
        """Tell nobody of *descriptor* any more."""
        if self._plugged.pop(descriptor, None) and stays_open:
            self._opened().unregister(descriptor)

    def close(self) -> None:
        """Close the epoll; every wire is closed by who has it."""
        if self._epoll is not None:
            self.loop.remove_reader(self._epoll.fileno())
            self._epoll.close()
            self._epoll = None

    def _opened(self) -> select.epoll:
        if self._epoll is None:
            self._epoll = select.epoll()
            self.loop.add_reader(self._epoll.fileno(), self._tell)
        return self._epoll

    def _tell(self) -> None:
        if self._epoll is None:
            return
        for descriptor, events in self._epoll.poll(0, _MOST_AT_ONCE):
            one = self._plugged.get(descriptor)
            if one is not None:
                one.ready(events)


class Wire:
    """A socket on the *board*, which this object closes."""

    __slots__ = ("_descriptor", "_events", "_waiting", "board", "sock")

    def __init__(self, board: Switchboard, sock: socket.socket) -> None:
        self.board = board
        self.sock = sock
        self._descriptor = sock.fileno()
        self._events = 0
        self._waiting: asyncio.Future[None] | None = None

    async def connected(self, address: tuple[str, int]) -> Self:
        """Return this wire once it leads to *address*; else close it and raise OSError."""
        try:
            error = self.sock.connect_ex(address)
            if error == errno.EINPROGRESS:
                self.board.plug(self._descriptor, self)
                self._waiting = self.board.loop.create_future()
                await self._waiting
                is_broken = self._events & _BROKEN
                error = self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) if is_broken else 0
        except BaseException:
            self.close()
            raise
        if error:
            self.close()
            raise OSError(error, os.strerror(error))
        return self

    def ready(self, events: int) -> None:
        """Take it that the socket is connected, or that it never will be."""
        self._events |= events
        if self._waiting and not self._waiting.done():
            self._waiting.set_result(None)

    def lead_to(self, one: Plugged) -> None:
        """Tell *one* from now on, and at once of what was there before."""
        self.board.plug(self._descriptor, one)
        if self._events & _READABLE:
            one.ready(self._events)

    def leave(self) -> socket.socket:
        """Return the socket, which is the caller's from now on."""
        self.board.unplug(self._descriptor, stays_open=True)
        return self.sock

    def close(self) -> None:
        """Close the socket."""
        self.board.unplug(self._descriptor)
        self.sock.close()
