"""What is fuzzed (B7): everything that strangers' bytes reach on the way to a verdict.

Each target takes one input, and ends or raises what nobody has declared. An input is something
lawful that was damaged: pure noise seldom gets past the first check.
"""

import ssl
import struct
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import strategies as st

from rig.cage import showing
from rig.damage import EDITS, Edit, cut, damaged, edited
from rig.names import Damaging
from watchkeeper.core.url import Url
from watchkeeper.outside import echo, tls
from watchkeeper.outside.answer import Incoming
from watchkeeper.outside.call import Call, location_of, request_of
from watchkeeper.outside.failure import Failure, Insecure
from watchkeeper.outside.journey import Journey
from watchkeeper.outside.line import Reader
from watchkeeper.outside.redirect import destination
from watchkeeper.outside.resolve import check_server
from watchkeeper.outside.tls import Tls, Trust
from watchkeeper.probes.ssh import Greeting

_SIZES = st.integers(1, 200)
_MOST_BODY = 1_000


@dataclass(frozen=True, slots=True)
class Fuzzed:
    """What takes inputs of strangers, and how these are made."""

    name: str
    inputs: st.SearchStrategy[Any]
    take: Callable[[Any], Coroutine[Any, Any, None]]


def targets(folder: Path) -> tuple[Fuzzed, ...]:
    """Return all that is fuzzed; *folder* is for a certificate."""
    shake = partial(_shake, showing(folder, 1))
    return (
        Fuzzed("http", st.tuples(damaged(*_ANSWERS), _SIZES), _read_answer),
        Fuzzed("tls", st.tuples(EDITS, _SIZES, st.booleans()), shake),
        Fuzzed("ssh", st.tuples(damaged(*_GREETINGS), _SIZES), _read_greeting),
        Fuzzed("icmp", damaged(*_PACKETS), _read_packet),
        Fuzzed("dns", st.lists(EDITS, min_size=1, max_size=40), Damaging().take),
        Fuzzed("url", _URLS, _follow),
    )


async def _read_answer(given: tuple[bytes, int]) -> None:
    reading = Incoming(Journey(1_000), _MOST_BODY)
    _read(reading, *given)
    assert len(reading.answer().body) <= _MOST_BODY
    reading.release()


async def _read_greeting(given: tuple[bytes, int]) -> None:
    _read(Greeting(Journey(1_000)), *given)


def _read(reader: Reader, data: bytes, size: int) -> None:
    with suppress(Failure):
        if not any(map(reader.feed, cut(data, size))):
            reader.end()


async def _read_packet(packet: bytes) -> None:
    for data in (packet, echo.without_ip_header(packet)):
        for version in (echo.V4, echo.V6):
            echo.read(version.reply, data)
            echo.read(version.request, data)
        echo.complaint(data)


async def _shake(showing: ssl.SSLContext, given: tuple[list[Edit], int, bool]) -> None:
    """Damage what a server says in its handshake, and the certificate that it shows there."""
    edits, size, is_old = given
    showing.maximum_version = ssl.TLSVersion.TLSv1_2 if is_old else ssl.TLSVersion.MAXIMUM_SUPPORTED
    heard, said = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = showing.wrap_bio(heard, said, server_side=True)
    client = Tls(tls.context(Trust(is_insecure=not is_old)), "a.example")
    with suppress(Insecure, ssl.SSLWantReadError):
        client.shake()
        heard.write(client.to_send())
        with suppress(ssl.SSLWantReadError):
            server.do_handshake()
        for piece in cut(edited(said.read(), edits), size):
            client.receive(piece)
    client.certificate()
    str(client)


async def _follow(text: str) -> None:
    """Read *text* as a URL of the file, as a place of a redirect, and as a name server."""
    with suppress(ValueError):
        url = Url.parse(text)
        assert Url.parse(url.text) == url
        asked = request_of(Call(target=location_of(text), method="GET"))
        assert asked.count(b"\r\n") == asked.count(b"\n") == _LINES + (b"authorization:" in asked)
    with suppress(Failure):
        destination(_HERE, text)
    with suppress(ValueError):
        check_server(text)


_LINES = 6
_HERE = location_of("http://a.example/b/c?d")
_URL_WORDS = (
    *("http://", "https://", "//", "/", "\\", ":", "@", "?", "#", "[", "]", "::1", "..", "%"),
    *("a.example", "127.1", "0x7f.1", "ü", "xn--", "%0d%0a", "\r\n", "\x00", ":80", "65536"),
    *("user:pass@", "file:", "javascript:", "gopher:", "\ud800", "%2e%2e", "[::ffff:a9fe:a9fe]"),
)
_URLS = st.lists(st.sampled_from(_URL_WORDS) | st.text(max_size=4), max_size=9).map("".join)

_OK = b"HTTP/1.1 200 OK\r\n"
_ANSWERS = (
    _OK + b"content-length: 5\r\nx: y\r\n\r\nabcde",
    _OK
    + b"transfer-encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0a\r\n0123456789\r\n0\r\nt: u\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 H\r\nlink: x\r\n\r\n" + _OK + b"\r\nbody",
    b"HTTP/1.0 302 Found\r\nlocation: https://b.example/\r\nconnection: close\r\n\r\n",
    b"HTTP/1.1 101 Switch\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n\x00\x01",
    _OK + b"content-encoding: gzip\r\ncontent-length: 20\r\n\r\n\x1f\x8b" + bytes(18),
)


def _offer() -> bytes:
    lists = b"".join(struct.pack("!I", 9) + b"one,two,3" for _ in range(10))
    payload = b"\x14" + bytes(16) + lists + bytes(5)
    padding = 8 - (len(payload) + 5) % 8 + 8
    head = struct.pack("!IB", len(payload) + padding + 1, padding)
    return head + payload + bytes(padding)


_GREETINGS = (
    b"Welcome\r\nSSH-2.0-OpenSSH_9.2\r\n" + _offer(),
    b"SSH-1.99-x\n" + _offer(),
    b"SSH-1.5-old\r\n",
    b"\r\n" * 60,
)


def _packets() -> tuple[bytes, ...]:
    asked = echo.Echo(7, 8, bytes(range(echo.NONCE_BYTES)))
    head = b"\x45\0\0\x2c" + bytes(5) + b"\x01" + bytes(10)
    requests = [echo.request(version, asked) for version in (echo.V4, echo.V6)]
    note = b"\x71\0\0\0\x02\x03\x01\0" + bytes(8) + b"\x02\0\0\0\x7f\0\0\x01"
    return (*requests, *(head + one for one in requests), note, note[:16] + b"\x0a\0" + bytes(26))


_PACKETS = _packets()
