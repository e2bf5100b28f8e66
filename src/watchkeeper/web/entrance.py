"""Entrance: takes connections from a listening socket, and waits where none can be taken.

The event loop's own server, with no descriptor left, may ask again and again and take a whole
core for it.
"""

import asyncio
import socket
from collections.abc import Callable

PAUSE_S = 0.5
_AT_ONCE = 64


class Entrance:
    """The way in through *listener*, which does not block, to what *welcome* makes for each."""

    def __init__(self, listener: socket.socket, welcome: Callable[[], asyncio.Protocol]) -> None:
        self._listener = listener
        self._welcome = welcome
        self._loop = asyncio.get_running_loop()
        self._arriving: set[asyncio.Task[object]] = set()
        self._pause: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Take everybody who waits and who comes."""
        self._pause = None
        self._loop.add_reader(self._listener, self._take)

    def close(self) -> None:
        """Take nobody any more."""
        self._loop.remove_reader(self._listener)
        if self._pause:
            self._pause.cancel()

    def _take(self) -> None:
        try:
            for _ in range(_AT_ONCE):
                self._admit(self._listener.accept()[0])
        except (BlockingIOError, ConnectionAbortedError):
            return
        except OSError:  # no descriptor or no memory is left, and asking at once gives none
            self._loop.remove_reader(self._listener)
            self._pause = self._loop.call_later(PAUSE_S, self.open)

    def _admit(self, connection: socket.socket) -> None:
        arrival = self._loop.connect_accepted_socket(self._welcome, connection)
        task = self._loop.create_task(arrival)
        self._arriving.add(task)
        task.add_done_callback(self._arriving.discard)
