"""Malformed requests: every one of them is answered 4xx, and the server goes on."""

import asyncio

from tests.web.world import GOOD, World, connected, get, posting, receive, run, send, serving
from watchkeeper.web.intake import HEAD_LIMIT
from watchkeeper.web.listener import Listener

LONGEST_IN_BYTES = 700
REPORT = "/reporter/relay/socket-client"


def body(text: str) -> bytes:
    return posting(text)


def hosted(data: bytes) -> bytes:
    """Return *data* with a host, so that what is wrong with it is not that it has none."""
    has_one = b"host" in data.lower()
    return data if has_one else data.replace(b" HTTP/1.1\r\n", b" HTTP/1.1\r\nHost: x\r\n", 1)


_BROKEN = {
    "garbage": b"\x00\x01\x02\x03\r\n\r\n",
    "a greeting in TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "no method": b" / HTTP/1.1\r\n\r\n",
    "an unknown method": b"BREW / HTTP/1.1\r\nHost: x\r\n\r\n",
    "a method in lower case": b"get / HTTP/1.1\r\nHost: x\r\n\r\n",
    "version 3.0": b"GET / HTTP/3.0\r\nHost: x\r\n\r\n",
    "version 2.0": b"GET / HTTP/2.0\r\nHost: x\r\n\r\n",
    "version 0.9": b"GET / HTTP/0.9\r\n\r\n",
    "no version at all": b"GET /\r\n\r\n",
    "another protocol": b"GET / FTP/1.1\r\n\r\n",
    "the preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "a space in the target": b"GET /a b HTTP/1.1\r\n\r\n",
    "a NUL in the target": b"GET /\x00 HTTP/1.1\r\n\r\n",
    "a NUL in a field": b"GET / HTTP/1.1\r\nHost: a\x00b\r\n\r\n",
    "a field without a colon": b"GET / HTTP/1.1\r\nHost\r\n\r\n",
    "a space before the colon": b"GET / HTTP/1.1\r\nHost : x\r\n\r\n",
    "a folded length": b"POST / HTTP/1.1\r\nContent-Length: 1\r\n 2\r\n\r\nab",
    "bare line feeds": b"GET / HTTP/1.1\nContent-Length: x\n\n",
    "two lengths": b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    "a length and chunks": (
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    ),
    "chunks, then identity": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked, identity\r\n\r\n",
    "a negative length": b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "a length with a plus": b"POST / HTTP/1.1\r\nContent-Length: +1\r\n\r\n",
    "a length beyond 64 bits": b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "a size of chunk that is none": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    "a huge chunk": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff1\r\n",
    "a chunk without its end": (
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n0\r\n\r\n"
    ),
    "a trailer": b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nA: b\r\n\r\n",
    "a broken escape": b"GET /%zz HTTP/1.1\r\n\r\n",
    "half an escape": b"GET /status/text%2 HTTP/1.1\r\n\r\n",
    "an escape that is not UTF-8": b"GET /%ff HTTP/1.1\r\n\r\n",
    "bytes that are not UTF-8": b"GET /\xff HTTP/1.1\r\n\r\n",
    "a tunnel": b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "another scheme": b"GET ftp://x/ HTTP/1.1\r\n\r\n",
    "a long target": b"GET /" + b"a" * HEAD_LIMIT + b" HTTP/1.1\r\n\r\n",
    "a long field": b"GET / HTTP/1.1\r\nA: " + b"a" * HEAD_LIMIT + b"\r\n\r\n",
    "many fields": b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 3_000 + b"\r\n",
    "a field without end": b"GET / HTTP/1.1\r\nA: " + b"a" * 300_000,
    "a long body where none is read": b"POST / HTTP/1.1\r\nContent-Length: 70000\r\n\r\n",
    "a long body in chunks": (
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n11170\r\n" + b"a" * 70_000 + b"\r\n"
    ),
    "dots that lead out": b"GET /static/../../etc/passwd HTTP/1.1\r\n\r\n",
    "escaped dots that lead out": b"GET /static/%2e%2e%2f%2e%2e%2fetc%2fpasswd HTTP/1.1\r\n\r\n",
    "no JSON": body("{"),
    "nothing": body(""),
    "bytes that are no text": posting(b'{"replica":"\xff","interval":1}'),
    "a byte order mark": posting(b"\xef\xbb\xbf{}"),
    "deep arrays": body("[" * 100_000),
    "a deep field": body('{"replica":"x","interval":1,"a":' + "[" * 5_000 + "]" * 5_000 + "}"),
    "not a number": body('{"replica":"x","interval":NaN,"load":{"cpu":0,"ram":0}}'),
    "infinity": body('{"replica":"x","interval":1,"load":{"cpu":Infinity,"ram":0}}'),
    "a float beyond floats": body('{"replica":"x","interval":1,"load":{"cpu":1e999,"ram":0}}'),
    "an interval beyond floats": body('{"replica":"x","interval":1e999,"load":{"cpu":0,"ram":0}}'),
    "5,000 digits": body('{"replica":"x","interval":' + "9" * 5_000 + "}"),
    "a lone surrogate": body('{"replica":"\\ud800","interval":1,"load":{"cpu":0,"ram":0}}'),
    "a NUL in an id": body('{"replica":"\\u0000","interval":1,"load":{"cpu":0,"ram":0}}'),
    "an escape sequence in an id": body(
        '{"replica":"\\u001b[2J","interval":1,"load":{"cpu":0,"ram":0}}'
    ),
    "a line break in an id": body('{"replica":"a\\nb","interval":1,"load":{"cpu":0,"ram":0}}'),
    "an empty id": body('{"replica":"","interval":1,"load":{"cpu":0,"ram":0}}'),
    "an id of 513 bytes": body(
        '{"replica":"%s","interval":1,"load":{"cpu":0,"ram":0}}' % ("a" * 513)
    ),
    "an id of 257 letters of two bytes": body(
        '{"replica":"%s","interval":1,"load":{"cpu":0,"ram":0}}' % ("é" * 257)
    ),
    "a truth for an interval": body('{"replica":"x","interval":true,"load":{"cpu":0,"ram":0}}'),
    "a number for an id": body('{"replica":1,"interval":1,"load":{"cpu":0,"ram":0}}'),
    "a list for a load": body('{"replica":"x","interval":1,"load":[0,0]}'),
    "a flush of a NUL": (f"DELETE {REPORT}/%00 HTTP/1.1\r\nAuthorization: {GOOD}\r\n\r\n".encode()),
    "a flush of a long id": (
        f"DELETE {REPORT}/{'a' * 600} HTTP/1.1\r\nAuthorization: {GOOD}\r\n\r\n".encode()
    ),
    "a report with a wrong length": posting(more="Content-Length: 5\r\n"),
}
BROKEN = {name: hosted(data) for name, data in _BROKEN.items()}
BROKEN["no host"] = b"GET /status/text HTTP/1.1\r\n\r\n"


@run
async def test_a_malformed_request_is_answered_4xx() -> None:
    world = World()
    async with serving(world) as server:
        replies = {name: await send(server, data) for name, data in BROKEN.items()}
        assert (await get(server, "/status/text")).text == "healthy"
    assert {name: reply for name, reply in replies.items() if reply.status // 100 != 4} == {}
    assert all("content-security-policy" in reply.headers for reply in replies.values())
    assert world.taken == 0


@run
async def test_a_malformed_request_is_answered_4xx_when_it_comes_byte_by_byte() -> None:
    statuses = {}
    async with serving(World()) as server:
        for name, data in BROKEN.items():
            if len(data) > LONGEST_IN_BYTES:
                continue
            async with connected(server) as (reader, writer):
                for at in range(len(data)):
                    writer.write(data[at : at + 1])
                    await asyncio.sleep(0)
                statuses[name] = (await receive(reader)).status
    assert {name: status for name, status in statuses.items() if status // 100 != 4} == {}


@run
async def test_one_without_the_right_token_is_told_that_before_a_body_is_called_too_long() -> None:
    place = f"POST {REPORT} HTTP/1.1\r\nHost: x\r\n".encode()
    endless = b"Transfer-Encoding: chunked\r\n\r\n300000\r\n" + bytes(3 << 20)
    async with serving(World()) as server:
        for rest in (b"Content-Length: 3000000\r\n\r\n", endless):
            assert (await send(server, place + rest)).status == 401
            good = f"Authorization: {GOOD}\r\n".encode()
            assert (await send(server, place + good + rest)).status == 413


@run
async def test_what_came_before_a_malformed_request_is_answered_first() -> None:
    world, rests = World(), {}
    async with serving(world) as server:
        for name, data in BROKEN.items():
            async with connected(server) as (reader, writer):
                writer.write(posting() + data)
                assert (await receive(reader)).status == 200, name
                rests[name] = await reader.read(12)
    assert set(rests.values()) <= {b"", *(b"HTTP/1.1 %d" % status for status in range(400, 500))}
    assert world.taken == len(BROKEN)


async def lines_until_closed(server: Listener, data: bytes) -> bytes:
    async with connected(server) as (reader, writer):
        writer.write(data)
        writer.write_eof()
        return await reader.read()


@run
async def test_one_who_says_half_a_request_and_hangs_up_is_forgotten() -> None:
    async with serving(World()) as server:
        assert await lines_until_closed(server, b"GET / HT") == b""
        assert await lines_until_closed(server, posting()[:-5]) == b""


@run
async def test_one_who_says_all_and_half_closes_gets_the_answer() -> None:
    held = asyncio.Event()
    world = World(held=held)
    async with serving(world) as server:
        waiting = asyncio.create_task(lines_until_closed(server, posting()))
        await world.arrived.wait()
        held.set()
        assert (await waiting).startswith(b"HTTP/1.1 200 OK\r\n")


ODD = {
    "absolute form": b"GET http://x:80/status/text HTTP/1.1\r\nHost: x\r\n\r\n",
    "a query": b"GET /status/text?a=%zz HTTP/1.1\r\nHost: x\r\n\r\n",
    "escaped letters": b"GET /st%61tus//text/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "an offer to upgrade": (
        b"GET /status/text HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    ),
    "a body where none belongs": (
        b"GET /status/text HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nab"
    ),
    "empty lines before": b"\r\n\r\nGET /status/text HTTP/1.1\r\nHost: x\r\n\r\n",
}


@run
async def test_one_of_version_1_0_need_not_name_a_host() -> None:
    async with serving(World()) as server:
        assert (await send(server, b"GET /status/text HTTP/1.0\r\n\r\n")).text == "healthy"


@run
async def test_what_is_odd_but_allowed_is_answered() -> None:
    async with serving(World()) as server:
        for name, data in ODD.items():
            async with connected(server) as (reader, writer):
                for _ in range(2):
                    writer.write(data)
                    reply = await receive(reader)
                    assert (reply.status, reply.text) == (200, "healthy"), name
