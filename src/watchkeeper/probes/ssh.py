"""SSH: a server is healthy when it names itself and offers to exchange keys; nobody logs in."""

import struct
from dataclasses import dataclass
from urllib.parse import urlsplit

from watchkeeper.core.report import Report
from watchkeeper.outside.connect import Place
from watchkeeper.outside.failure import BadAnswer, CutOff
from watchkeeper.outside.journey import Journey, Phase
from watchkeeper.outside.line import Line
from watchkeeper.outside.outside import Outside
from watchkeeper.outside.quote import quote
from watchkeeper.outside.resolve import resolver_option
from watchkeeper.outside.visit import FINE, Seen, visit

SCHEMES = ("ssh",)
MOST_LINE, MOST_LINES, MOST_PACKET = 255, 50, 35_000
_OUR_NAME = b"SSH-2.0-Watchkeeper\r\n"
_VERSIONS = (b"SSH-2.0-", b"SSH-1.99-")
_DISCONNECT, _KEXINIT = 1, 20
_LEAST_PADDING, _BLOCK = 4, 8
_COOKIE = 16
_NAME_LISTS, _MUST_BE_FILLED = 10, 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to look at an SSH server."""

    resolver: str = resolver_option()


async def look(target: str, options: Options, timeout_ms: int, outside: Outside) -> Report:
    """Return healthy when *target* greets as an SSH server does, within *timeout_ms*."""
    parts = urlsplit(target)
    place = Place(host=parts.hostname or "", port=parts.port or 0, resolver=options.resolver)

    async def greet(journey: Journey) -> Seen:
        greeting = Greeting(journey)
        wire, _ = await outside.connect.wire(place, journey)
        journey.enter(Phase.WAIT)  # a server may have greeted as soon as it was reached
        line = Line(wire, greeting)
        try:
            line.send(_OUR_NAME)
            await line.finished
        finally:
            line.close()
        journey.note(greeting.software)
        journey.note(f"exchanges keys by {greeting.exchanges}")
        return FINE

    return await visit(greet, timeout_ms, outside.deadlines)


class Greeting:
    """What a server says of itself before anything is agreed (RFC 4253, 4.2 and 7.1).

    *software* is how it names itself, *exchanges* the first ways it would exchange keys.
    """

    def __init__(self, journey: Journey) -> None:
        self.software = ""
        self.exchanges = ""
        self._journey = journey
        self._waiting = bytearray()
        self._lines = 0

    def feed(self, data: bytes) -> bool:
        """Take *data*; return whether the greeting is whole. Raise BadAnswer."""
        if self._journey.phase is not Phase.READ:
            self._journey.enter(Phase.READ)
        self._waiting += data
        while not self.software:
            line = self._next_line()
            if line is None:
                return False
            self._read_line(line)
        packet = self._next_packet()
        if packet is not None:
            self.exchanges = _first_exchanges(packet)
        return packet is not None

    def end(self) -> None:
        """Take the end of the connection, which is always too early."""
        said = f" after {quote(bytes(self._waiting))}" if self._waiting else ""
        if self.software:
            raise CutOff(f"{self.software} closed the connection before it offered keys")
        raise CutOff(f"the server closed the connection before it named itself{said}")

    def _next_line(self) -> bytes | None:
        end = self._waiting.find(b"\n", 0, MOST_LINE)
        if end < 0:
            if len(self._waiting) >= MOST_LINE:
                words = f"no SSH server: a line has more than {MOST_LINE} bytes"
                raise BadAnswer(f"{words}, {quote(bytes(self._waiting[:MOST_LINE]))}")
            return None
        line = bytes(self._waiting[:end]).removesuffix(b"\r")
        del self._waiting[: end + 1]
        return line

    def _read_line(self, line: bytes) -> None:
        if line.startswith(_VERSIONS):
            self.software = quote(line.split(b"-", 2)[2])
        elif line.startswith(b"SSH-"):
            raise BadAnswer(f"the server speaks another version of SSH: {quote(line)}")
        self._lines += 1
        if not self.software and self._lines >= MOST_LINES:
            raise BadAnswer(f"no SSH server: {MOST_LINES} lines and no version, {quote(line)}")

    def _next_packet(self) -> bytes | None:
        """Return the payload of the first packet once it is here whole."""
        if len(self._waiting) < 5:  # noqa: PLR2004 - two lengths stand in front
            return None
        length, padding = struct.unpack_from("!IB", self._waiting)
        if length + 4 > MOST_PACKET:
            raise BadAnswer(f"the first packet claims to have {length + 4} bytes")
        if (length + 4) % _BLOCK or not _LEAST_PADDING <= padding < length - 1:
            raise BadAnswer(f"the first packet is malformed: {length} bytes, {padding} of padding")
        if len(self._waiting) < length + 4:
            return None
        return bytes(self._waiting[5 : 4 + length - padding])


def _first_exchanges(payload: bytes) -> str:
    """Return the first ways to exchange keys that *payload* offers; raise BadAnswer."""
    if payload[0] == _DISCONNECT:
        raise BadAnswer(f"the server sends us away: {quote(payload[9:])}")
    if payload[0] != _KEXINIT:
        raise BadAnswer(f"the server begins with message {payload[0]} and offers no keys")
    lists = _name_lists(payload)
    if not all(lists[:_MUST_BE_FILLED]):
        raise BadAnswer("the server offers to exchange keys, but names no way to do so")
    names = b", ".join(lists[0].split(b",")[:3])
    return quote(names, 200)


def _name_lists(payload: bytes) -> list[bytes]:
    lists = []
    at = 1 + _COOKIE
    for _ in range(_NAME_LISTS):
        end = at + 4
        end += int.from_bytes(payload[at:end], "big")
        lists.append(payload[at + 4 : end])
        at = end
    if len(payload) != at + 5:  # a boolean and a reserved number follow
        raise BadAnswer("the offer to exchange keys is malformed")
    return lists
