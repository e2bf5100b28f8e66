"""Directory: which servers a domain names for one protocol, by its SRV records (RFC 2782)."""

import asyncio

import aiodns
import pycares

from watchkeeper.outside.connect import Place
from watchkeeper.outside.failure import NameNotFound

PATIENCE_S = 2.0
"""How long the records may take; without them the domain itself is the server."""

MOST_PLACES = 4


class Directory:
    """Asks the name servers of this machine, or *server* alone, and keeps no answer."""

    def __init__(self, server: str = "") -> None:
        self._servers = [server] if server else None
        self._channel: aiodns.DNSResolver | None = None

    async def servers(self, record: str, domain: str) -> list[Place]:
        """Return the servers that *domain* names in *record*, as `_xmpp-client._tcp`, best first.

        There are none where it has no such record, or none comes in time. Raise NameNotFound
        where it says that it has no such server.
        """
        try:
            async with asyncio.timeout(PATIENCE_S):
                found = await self._asked(f"{record}.{domain}")
        except (TimeoutError, aiodns.error.DNSError, UnicodeError, ValueError):
            return []
        if [one.target.rstrip(".") for one in found] == [""]:
            raise NameNotFound(f"{domain} says that it has no server: {record}")
        # Who speaks so seldom need not spread its load: of equal priority the heaviest is first.
        ordered = sorted(found, key=lambda one: (one.priority, -one.weight))
        return [Place(host=one.target.rstrip("."), port=one.port) for one in ordered[:MOST_PLACES]]

    async def close(self) -> None:
        """Let go of the connection to the name servers."""
        if self._channel:
            await self._channel.close()

    async def _asked(self, name: str) -> list[pycares.SRVRecordData]:
        if self._channel is None:
            self._channel = aiodns.DNSResolver(self._servers, timeout=1.0, tries=2)
        answer = await self._channel.query_dns(name, "SRV")
        records = (record.data for record in answer.answer)
        return [one for one in records if isinstance(one, pycares.SRVRecordData)]
