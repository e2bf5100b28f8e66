"""TCP: a port that accepts a connection is healthy; nothing is sent."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from watchkeeper.core.report import Report
from watchkeeper.outside.connect import Place
from watchkeeper.outside.journey import Journey
from watchkeeper.outside.outside import Outside
from watchkeeper.outside.resolve import resolver_option
from watchkeeper.outside.visit import FINE, Seen, visit

SCHEMES = ("tcp",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to look at a port."""

    resolver: str = resolver_option()


async def look(target: str, options: Options, timeout_ms: int, outside: Outside) -> Report:
    """Return healthy when one of the addresses of *target* accepts within *timeout_ms*."""
    parts = urlsplit(target)
    place = Place(host=parts.hostname or "", port=parts.port or 0, resolver=options.resolver)

    async def connect(journey: Journey) -> Seen:
        wire, _ = await outside.connect.wire(place, journey)
        wire.close()
        return FINE

    return await visit(connect, timeout_ms, outside.deadlines)
