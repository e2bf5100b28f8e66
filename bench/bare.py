"""Bare: our eyes without a store, and a client that is OpenSSL and a socket, as processes.

`python -m bench.bare looks CONFIG` or `python -m bench.bare openssl URL CERTIFICATE A_SECOND`.
"""

import asyncio
import os
import ssl
import sys
from collections.abc import Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from urllib.parse import urlsplit

import uvloop

from watchkeeper.app import kinds
from watchkeeper.app.garbage import rest
from watchkeeper.config.load import load
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.report import Report
from watchkeeper.outside import descriptors, outside
from watchkeeper.watch.looker import Looker
from watchkeeper.watch.notebook import Notebook
from watchkeeper.watch.post import Post

_TICK_S = 0.01


class _Door:
    """Says yes to everything, and keeps nothing."""

    def knows(self, name: ReplicaName, report: Report) -> bool:
        del name, report
        return True


async def _look(config: Path) -> None:
    world = outside.real(user_agent="watchkeeper (+http://127.0.0.1/)")
    parts: dict[str, Any] = {
        "ground": SimpleNamespace(
            outside=world,
            clock=world.clock,
            follower=SimpleNamespace(view=SimpleNamespace(replica=lambda _: None)),
        ),
        "door": _Door(),
        "workers": SimpleNamespace(share=list[str], on_change=id),
        "isolation": SimpleNamespace(doubts=lambda _: False, on_return=id),
    }
    notebook = cast("Notebook", SimpleNamespace(note=lambda *_: None))
    looker = Looker(Post(gaps=lambda: 0, **parts), notebook)
    aims = kinds.aims(load(config, kinds.kinds(), os.environ).plan)
    looker.plan(aims, kinds.rooms(aims.values(), 2, descriptors.allowed()))
    rest()
    await looker.run()


class _Client(asyncio.Protocol):
    """One connection: a full handshake, a request, and the first bytes of the answer."""

    def __init__(self, settings: ssl.SSLContext, host: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._tls: ssl.SSLObject | None = settings.wrap_bio(
            self._incoming, self._outgoing, server_hostname=host
        )
        self._request = f"HEAD / HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n".encode()
        self._asked = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._go()

    def data_received(self, data: bytes) -> None:
        self._incoming.write(data)
        self._go()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._tls = None

    def _go(self) -> None:
        if self._tls is None:
            return
        try:
            if not self._asked:
                self._tls.do_handshake()
                self._tls.write(self._request)
                self._asked = True
            if self._tls.read(65_536):
                self._transport.abort()
        except ssl.SSLWantReadError:
            pass
        waiting = self._outgoing.read()
        if waiting:
            self._transport.write(waiting)


async def _handshake(url: str, certificate: str, a_second: float) -> None:
    settings = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    settings.load_verify_locations(certificate)
    host, port = urlsplit(url).hostname or "", urlsplit(url).port or 443
    loop = asyncio.get_running_loop()
    began, done = loop.time(), 0
    visits: set[asyncio.Task[Any]] = set()
    while True:
        while done < (loop.time() - began) * a_second:
            done += 1
            visit = loop.create_task(
                loop.create_connection(lambda: _Client(settings, host), host, port)
            )
            visits.add(visit)
            visit.add_done_callback(visits.discard)
        await asyncio.sleep(_TICK_S)


def main(arguments: Iterable[str]) -> None:
    """Run what *arguments* say until killed."""
    match list(arguments):
        case ["looks", config]:
            uvloop.run(_look(Path(config)))
        case ["openssl", url, certificate, a_second]:
            uvloop.run(_handshake(url, certificate, float(a_second)))
        case others:
            raise SystemExit(f"cannot do {others}")


if __name__ == "__main__":
    main(sys.argv[1:])
