"""A cage: the listener of one animal, and how each visit to it began and ended."""

import asyncio
import socket
import ssl
import subprocess
from asyncio import StreamReader, StreamWriter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path

from rig.moment import now
from rig.zoo import Animal


@dataclass(slots=True)
class Visit:
    """Somebody came to *address* at *at* and left at *until*, 0 while still there."""

    address: str
    at: int
    until: int = 0


@dataclass(slots=True)
class Cage:
    """An animal that can be visited at *addresses*, all of them of this machine."""

    animal: Animal
    addresses: Sequence[str]
    security: ssl.SSLContext
    port: int = 0
    visits: list[Visit] = field(default_factory=list)

    @property
    def urls(self) -> list[str]:
        """Return where the animal is looked at, once for each address."""
        host = f"{self.animal.host}.{{}}.example" if self.animal.host else "{}"
        return [
            f"{self.animal.scheme}://{host.format(address)}:{self.port}"
            for address in self.addresses
        ]

    async def open(self) -> None:
        """Listen on every address that there is, at a port of its own."""
        everywhere = socket.create_server(
            ("::", 0), family=socket.AF_INET6, dualstack_ipv6=True, backlog=1024
        )
        self.port = everywhere.getsockname()[1]
        await asyncio.get_running_loop().create_server(lambda: _Meeting(self), sock=everywhere)


class _Meeting(asyncio.StreamReaderProtocol):
    """One visitor, from the first moment to the one at which we know that nobody is there."""

    def __init__(self, cage: Cage) -> None:
        super().__init__(StreamReader(), self._behave)
        self._cage = cage
        self._visit = Visit("", 0)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        local = ip_address(transport.get_extra_info("sockname")[0])
        address = str(getattr(local, "ipv4_mapped", None) or local)
        self._visit = Visit(address, now())
        self._cage.visits.append(self._visit)
        super().connection_made(transport)

    def eof_received(self) -> bool:
        self._leave()
        super().eof_received()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._leave()
        super().connection_lost(exc)

    def _leave(self) -> None:
        self._visit.until = self._visit.until or now()

    async def _behave(self, reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(OSError, EOFError, asyncio.CancelledError):
            if self._cage.animal.is_secure:
                await writer.start_tls(self._cage.security)
            await self._cage.animal.behave(reader, writer)
        self._leave()
        writer.close()


def showing(folder: Path, least_bytes: int) -> ssl.SSLContext:
    """Return the settings of a server whose chain is one certificate, *least_bytes* of it."""
    key, chain = folder / "zoo.key", folder / "zoo.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-keyout", key, "-out", chain, "-subj", "/CN=zoo", "-days", "9"),
        ],
        check=True,
        capture_output=True,
    )
    text = chain.read_text()
    chain.write_text(text * (least_bytes // len(text) + 1))
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(chain, key)
    return made
