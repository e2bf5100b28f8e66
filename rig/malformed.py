"""Malformed requests: recorded good ones, broken in known ways, or mangled at random."""

import json
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from rig.clients import CREDENTIALS, MANAGER

RECORDED = Path(__file__).parents[1] / "tests/interop/golden/exchanges.json"
_LONG = 17 * 1024
_REPLACED = (
    ("/reporter/relay/socket-client", "/reporter/reporters/push"),
    ("/reporter/internal/gateway", "/reporter/reporters/local"),
)
Fields = tuple[tuple[bytes, bytes], ...]


@dataclass(frozen=True, slots=True)
class Good:
    """A request in its parts."""

    method: bytes
    path: bytes
    fields: Fields
    body: bytes
    version: bytes = b"HTTP/1.1"

    def __bytes__(self) -> bytes:
        lines = [b" ".join((self.method, self.path, self.version))]
        lines += [name + b": " + value for name, value in self.fields]
        return b"\r\n".join((*lines, b"", self.body))

    def more(self, name: bytes, value: bytes) -> "Good":
        """Return the same with another header field."""
        return replace(self, fields=(*self.fields, (name, value)))

    def saying(self, body: bytes) -> "Good":
        """Return the same with another body, and its length."""
        rest = tuple(pair for pair in self.fields if pair[0] != b"Content-Length")
        length = str(len(body)).encode()
        return replace(self, fields=(*rest, (b"Content-Length", length)), body=body)


Break = Callable[[Good], Iterable[Good]]


@dataclass(frozen=True, slots=True)
class Request:
    """Bytes to send; *is_broken* where nothing but a 4xx may answer them."""

    data: bytes
    is_broken: bool
    how: str


def recorded(path: Path = RECORDED) -> list[Good]:
    """Return the recorded requests, as those of a reporter and a stranger to the rig's program."""
    return [_good(item["request"]) for item in json.loads(path.read_text())]


def requests(seed: int) -> Callable[[], Request]:
    """Return what makes one request after another, the same ones for the same *seed*."""
    dice = random.Random(seed)
    goods = recorded()

    def make() -> Request:
        good = dice.choice(goods)
        if dice.random() < 0.5:
            return Request(_mangle(dice, bytes(good), bytes(dice.choice(goods))), False, "mangled")
        ways = _ways(good)
        how = dice.choice(list(ways))
        return Request(bytes(dice.choice(list(ways[how](good)))), True, how)

    return make


def _ways(good: Good) -> Mapping[str, Break]:
    """Return the ways in which *good* can be broken for sure."""
    if good.method not in {b"POST", b"PUT"} or not good.body.startswith(b"{"):
        return _ANY
    if good.path.startswith(b"/reporter/"):
        return {**_ANY, "body": _of_the_body, "types": _of_the_types}
    return {**_ANY, "body": _of_the_body}


def _good(request: Mapping[str, Any]) -> Good:
    path, body = request["path"], request["body"]
    for before, after in _REPLACED:
        path = path.replace(before, after)
    if isinstance(body, dict):
        body = body["head"] + body["tail"]
    fields = [(b"Host", b"rig")]
    if request["auth"]:
        token = MANAGER if path.startswith("/manager/") else CREDENTIALS
        fields.append((b"Authorization", b"Basic " + token))
    if request["ctype"] and body is not None:
        fields.append((b"Content-Type", request["ctype"].encode()))
    good = Good(request["method"].encode(), path.encode(), tuple(fields), b"")
    return good if body is None else good.saying(body.encode())


def _mangle(dice: random.Random, data: bytes, other: bytes) -> bytes:
    """Return *data* after one to eight accidents, each of which may be harmless."""
    for _ in range(dice.randint(1, 8)):
        at, end = sorted((dice.randrange(len(data) + 1), dice.randrange(len(data) + 1)))
        match dice.randrange(6):
            case 0:
                data = data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]
            case 1:
                data = data[:at] + data[end:]
            case 2:
                data = data[:end] + data[at:]
            case 3:
                data = data[:at] + other[dice.randrange(len(other)) :]
            case 4:
                data = data[:at] + dice.choice(_GERMS) + data[at:]
            case _:
                data = data[:end]
    return data


_GERMS = (
    *(b"\r\n", b"\n", b"\0", b" ", b":", b"%", b"%00", b"%2f", b"..", b"//", b"\xff", b"\xc0\xaf"),
    *(b"\r\n\r\n", b"Transfer-Encoding: chunked\r\n", b"Content-Length: 5\r\n", b"0\r\n\r\n"),
    *(b"Expect: 100-continue\r\n", b"Connection: upgrade\r\nUpgrade: h2c\r\n", b"ffffffffffffffff"),
    *(b"Range: bytes=0-\r\n", b"If-None-Match: *\r\n", b"1e999", b'"', b"{", b"[", b"\\ud800"),
)


def _of_the_first_line(good: Good) -> Iterator[Good]:
    for method in (b"get", b"BREW", b"G\0T", b"", b"P" * 99, b"\xff"):
        yield replace(good, method=method)
    for version in (b"HTTP/3.0", b"HTTP/2.0", b"HTTP/0.9", b"FTP/1.1", b"HTTP/1.1x", b""):
        yield replace(good, version=version)
    for end in (b"%zz", b"/%ff", b"/%2", b"\0", b" x", b"\xff", b"/" + b"a" * _LONG):
        yield replace(good, path=good.path + end)
    yield replace(good, path=b"x" + good.path)


def _of_the_fields(good: Good) -> Iterator[Good]:
    for name in (b"A ", b"A\0", b"", b"A\r\nB\r\nC"):
        yield good.more(name, b"b")
    for value in (b"b\0c", b"b" * _LONG):
        yield good.more(b"A", value)
    yield good.more(b"Host", b"another")
    yield replace(good, fields=good.fields[1:])  # without a host


def _of_the_length(good: Good) -> Iterator[Good]:
    for length in (b"-1", b"+1", b"x", b"9" * 20, b"1,2", b"0x1", b"999999999", b""):
        yield good.more(b"Content-Length", length)
    yield good.more(b"Content-Length", b"3").more(b"Transfer-Encoding", b"chunked")


def _of_the_chunks(good: Good) -> Iterator[Good]:
    fields = tuple(pair for pair in good.fields if pair[0] != b"Content-Length")
    chunked = replace(good, fields=(*fields, (b"Transfer-Encoding", b"chunked")))
    for chunks in (b"zz\r\n", b"-1\r\n\r\n", b"f" * 17, b"1\r\nabc\r\n", b"0\r\nA: b\r\n\r\n"):
        yield replace(chunked, body=chunks + b"\r\n")


def _of_the_body(good: Good) -> Iterator[Good]:
    for length in range(len(good.body.rstrip())):
        yield good.saying(good.body[:length])
    for at in range(len(good.body)):
        yield good.saying(good.body[:at] + b"\0" + good.body[at:])
    for text in (b'{"replica":"\xff"}', b"[" * 500, b"[" * 50_000):
        yield good.saying(text)
    yield good.more(b"Content-Length", b"99999999")


def _of_the_types(good: Good) -> Iterator[Good]:
    """Yield reports about a replica whose name is no text, empty, too long, or not to be shown."""
    told = {"interval": 30, "load": {"cpu": 0.1, "ram": 0.1}}
    for wrong in (None, True, 1, 1.5, "", [1], {"a": 1}, 10**400, "\0", "a" * 600):
        yield good.saying(json.dumps({**told, "replica": wrong}).encode())


_ANY = {
    "first line": _of_the_first_line,
    "fields": _of_the_fields,
    "length": _of_the_length,
    "chunks": _of_the_chunks,
}
