"""The shortcut and the ordinary way: one order, one answer, whatever the way."""

import asyncio
import json

from tests.web.world import GOOD, World, connected, posting, receive, run, send, serving
from watchkeeper.core.name import ReplicaName
from watchkeeper.judge.outcome import Outcome
from watchkeeper.store.errors import StoreRefused


def getting(path: str, more: str = "") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n".encode()


ALL = {
    "page": getting("/"),
    "packed page": getting("/", "Accept-Encoding: gzip\r\n"),
    "word": getting("/status/text"),
    "report": getting("/status/report/"),
    "robots": getting("/robots.txt"),
    "live": getting("/health/live"),
    "ready": getting("/health/ready/"),
    "nothing": getting("/nope"),
    "no file": getting("/static/nope.css"),
    "another method": b"PATCH / HTTP/1.1\r\nHost: x\r\n\r\n",
    "report of load": posting(),
    "wrong token": posting(auth="Basic OldST05H"),
    "no token": posting(auth=""),
    "no JSON": posting("{"),
    "another mode": posting(path="/reporter/internal/site"),
    "unknown node": posting(path="/reporter/internal/nope"),
    "flush": (
        f"DELETE /reporter/relay/socket-client/nobody HTTP/1.1\r\nHost: x\r\n"
        f"Authorization: {GOOD}\r\n\r\n"
    ).encode(),
}


@run
async def test_every_request_is_answered_the_same_at_once_and_in_turn() -> None:
    world = World()
    async with serving(world) as server:
        await send(server, posting())
        at_once = {name: await send(server, data) for name, data in ALL.items()}
        world.held = asyncio.Event()
        async with connected(server) as (reader, writer):
            writer.write(posting() + b"".join(ALL.values()))
            await world.arrived.wait()
            world.held.set()
            assert (await receive(reader)).status == 200
            in_turn = {name: await receive(reader) for name in ALL}
    for name in ALL:
        assert in_turn[name].status == at_once[name].status, name
        assert in_turn[name].body == at_once[name].body, name
        assert in_turn[name].headers == at_once[name].headers, name


@run
async def test_answers_keep_the_order_of_their_requests() -> None:
    world = World(held=asyncio.Event())
    async with serving(world) as server, connected(server) as (reader, writer):
        writer.write(getting("/status/text") + posting() + getting("/nope") + getting("/"))
        assert (await receive(reader)).text == "healthy"
        await world.arrived.wait()
        assert world.held
        world.held.set()
        statuses = [(await receive(reader)).status for _ in range(3)]
    assert statuses == [200, 404, 200]


@run
async def test_one_who_asks_far_ahead_is_answered_up_to_a_bound_and_let_go() -> None:
    world = World(held=asyncio.Event())
    async with serving(world) as server, connected(server) as (reader, writer):
        writer.write(posting() + getting("/nope") * 1_000)
        await world.arrived.wait()
        assert world.held
        world.held.set()
        assert (await receive(reader)).status == 200
        rest = await reader.read()
    assert rest.count(b"HTTP/1.1 404") == 64


@run
async def test_a_connection_stays_open_unless_it_is_asked_to_close() -> None:
    async with serving(World()) as server:
        async with connected(server) as (reader, writer):
            for _ in range(3):
                writer.write(getting("/status/text"))
                assert "connection" not in (await receive(reader)).headers
        for data in (
            getting("/status/text", "Connection: close\r\n"),
            getting("/health/live", "Connection: close\r\n"),
            posting(more="Connection: close\r\n"),
            b"GET /status/text HTTP/1.0\r\n\r\n",
            b"GET /health/live HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
        ):
            async with connected(server) as (reader, writer):
                writer.write(data)
                assert (await receive(reader)).headers["connection"] == "close"
                assert await reader.read() == b""


@run
async def test_one_who_asks_whether_to_go_on_is_told_before_the_body() -> None:
    world = World()
    head, _, body = posting(more="Expect: 100-continue\r\n").partition(b"\r\n\r\n")
    async with serving(world) as server, connected(server) as (reader, writer):
        writer.write(head + b"\r\n\r\n")
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
        writer.write(body)
        assert (await receive(reader)).status == 200
    assert world.taken == 1


@run
async def test_one_with_a_wrong_token_is_not_asked_for_the_body() -> None:
    head, _, _ = posting(auth="Basic OldST05H", more="Expect: 100-continue\r\n").partition(
        b"\r\n\r\n"
    )
    async with serving(World()) as server:
        assert (await send(server, head + b"\r\n\r\n")).status == 403


@run
async def test_a_body_may_come_in_many_pieces() -> None:
    world = World()
    data = posting()
    async with serving(world) as server, connected(server) as (reader, writer):
        for size in (1, 7, 100):
            for at in range(0, len(data), size):
                writer.write(data[at : at + size])
                await asyncio.sleep(0)
            assert (await receive(reader)).status == 200
    assert world.taken == 3


def reporting(replica: str) -> bytes:
    body = {"replica": replica, "interval": 30, "load": {"cpu": 0.3, "ram": 0.8}}
    return posting(json.dumps(body))


@run
async def test_a_head_that_comes_again_brings_each_body_to_the_door() -> None:
    world = World()
    async with serving(world) as server, connected(server) as (reader, writer):
        for replica in "abcdef":
            writer.write(reporting(replica))
            assert (await receive(reader)).status == 200
        writer.write(reporting("g") + reporting("h"))
        assert [(await receive(reader)).status for _ in range(2)] == [200, 200]
        halves = reporting("i")
        world.clock.read.clear()
        writer.write(halves[:-20])
        await world.clock.read.wait()
        writer.write(halves[-20:])
        assert (await receive(reader)).status == 200
    assert "".join(name.replica for name in world.reports) == "abcdefghi"


@run
async def test_a_head_that_comes_again_is_answered_as_the_plan_is_now() -> None:
    world = World()
    async with serving(world) as server, connected(server) as (reader, writer):
        for _ in range(2):
            writer.write(posting())
            assert (await receive(reader)).status == 200
        world.plan = type(world.plan)(page=world.plan.page, services=())
        writer.write(posting())
        assert (await receive(reader)).status == 404


@run
async def test_a_report_is_heard_when_its_head_is_complete() -> None:
    world = World()
    data = posting()
    async with serving(world) as server, connected(server) as (reader, writer):
        writer.write(data[:-20])
        await world.clock.read.wait()
        before = world.clock.now
        world.clock.now += 5_000
        writer.write(data[-20:])
        await receive(reader)
    assert world.reports[ReplicaName("relay", "socket-client", "a")].heard == before


@run
async def test_what_the_door_says_is_passed_on() -> None:
    world = World()
    async with serving(world) as server:
        world.outcome = Outcome.FULL
        full = await send(server, posting())
        assert (full.status, full.headers["retry-after"]) == (429, "60")
        world.outcome = Outcome.UNKNOWN
        assert (await send(server, posting())).status == 404
        world.refuses = StoreRefused("disk full")
        refused = await send(server, posting())
        assert (refused.status, refused.headers["retry-after"]) == (503, "5")
        assert (await send(server, ALL["flush"])).status == 503


@run
async def test_a_fault_of_ours_is_one_500_and_the_connection_goes_on() -> None:
    world = World(refuses=RuntimeError("a bug"))
    async with serving(world) as server, connected(server) as (reader, writer):
        for _ in range(2):
            writer.write(posting())
            assert (await receive(reader)).status == 500
        writer.write(getting("/status/text"))
        assert (await receive(reader)).status == 200
