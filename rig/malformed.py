"""Malformed requests: recorded good ones, broken in known ways, or mangled at random."""

import json
import random
from collections.abc import Callable, Mapping
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


Break = Callable[[random.Random, Good], bytes]


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
        return Request(ways[how](dice, good), True, how)

    return make


def _ways(good: Good) -> Mapping[str, Break]:
    """Return the ways in which *good* can be broken for sure."""
    if good.method not in {b"POST", b"PUT"} or not good.body.startswith(b"{"):
        return _BREAKS
    if good.path.startswith(b"/reporter/"):
        return {**_BREAKS, **_BODIES, "a wrong type": _retyped}
    return {**_BREAKS, **_BODIES}


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


def _chunked(good: Good, data: bytes) -> bytes:
    bare = tuple(pair for pair in good.fields if pair[0] != b"Content-Length")
    return bytes(replace(good, fields=bare, body=b"").more(b"Transfer-Encoding", b"chunked")) + data


_BREAKS: Mapping[str, Break] = {
    "method": lambda dice, good: bytes(
        replace(good, method=dice.choice((b"get", b"BREW", b"G\0T", b"", b"P" * 99, b"\xff")))
    ),
    "version": lambda dice, good: bytes(
        replace(
            good,
            version=dice.choice(
                (b"HTTP/3.0", b"HTTP/2.0", b"HTTP/0.9", b"FTP/1.1", b"HTTP/1.1x", b"HTTP/", b"")
            ),
        )
    ),
    "target": lambda dice, good: bytes(
        replace(
            good,
            path=good.path
            + dice.choice((b"%zz", b"/%ff", b"/%2", b"\0", b" x", b"\xff", b"/" + b"a" * _LONG)),
        )
    ),
    "no slash": lambda _, good: bytes(replace(good, path=b"x" + good.path)),
    "no host": lambda _, good: bytes(replace(good, fields=good.fields[1:])),
    "two hosts": lambda _, good: bytes(good.more(b"Host", b"another")),
    "field": lambda dice, good: bytes(
        good.more(
            *dice.choice(
                (
                    (b"A ", b"b"),
                    (b"A\0", b"b"),
                    (b"", b"b"),
                    (b"A", b"b\0c"),
                    (b"A", b"b" * _LONG),
                    (b"A\r\nB\r\nC", b"d"),
                )
            )
        )
    ),
    "length": lambda dice, good: bytes(
        good.more(
            b"Content-Length",
            dice.choice((b"-1", b"+1", b"x", b"9" * 20, b"1,2", b"0x1", b"999999999", b"")),
        )
    ),
    "length and chunks": lambda _, good: bytes(
        good.more(b"Content-Length", b"3").more(b"Transfer-Encoding", b"chunked")
    ),
    "chunks": lambda dice, good: _chunked(
        good,
        dice.choice(
            (b"zz\r\n", b"-1\r\n\r\n", b"f" * 17 + b"\r\n", b"1\r\nabc\r\n", b"0\r\nA: b\r\n\r\n")
        ),
    ),
}
_WRONG: tuple[Any, ...] = (
    None,
    True,
    1,
    -1,
    1.5,
    "",
    "x",
    [],
    [1],
    {},
    {"a": 1},
    10**400,
    "\0",
    "a" * 600,
)


def _retyped(dice: random.Random, good: Good) -> bytes:
    """Give `replica` a value that is none: not a text, empty, too long, or not to be shown."""
    told = {"interval": 30, "load": {"cpu": 0.1, "ram": 0.1}}
    wrong = [value for value in _WRONG if value != "x"]
    return bytes(good.saying(json.dumps({**told, "replica": dice.choice(wrong)}).encode()))


_BODIES: Mapping[str, Break] = {
    "half a body": lambda dice, good: bytes(
        good.saying(good.body[: dice.randrange(len(good.body.rstrip()))])
    ),
    "a NUL in the body": lambda dice, good: bytes(
        good.saying(_with(good.body, b"\0", dice.randrange(len(good.body))))
    ),
    "a body that is no text": lambda _, good: bytes(good.saying(b'{"replica":"\xff"}')),
    "a deep body": lambda dice, good: bytes(good.saying(b"[" * dice.randint(500, 50_000))),
    "a body too long": lambda _, good: bytes(good.more(b"Content-Length", b"99999999")),
}


def _with(body: bytes, germ: bytes, at: int) -> bytes:
    return body[:at] + germ + body[at:]
