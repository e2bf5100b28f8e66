"""The server: limits of time and number, gaps, beginning and end."""

import asyncio
import socket

import pytest

from tests.web.world import (
    READY,
    World,
    connected,
    get,
    hurried,
    posting,
    receive,
    run,
    send,
    serving,
)
from watchkeeper.web.connections import Connections
from watchkeeper.web.front import Readiness
from watchkeeper.web.listener import CannotListen, Listener


@hurried
async def test_a_head_that_does_not_come_to_its_end_is_answered_408() -> None:
    async with serving(World()) as server, connected(server) as (reader, writer):
        writer.write(b"GET / HTTP/1.1\r\nHost: ")
        assert (await receive(reader)).status == 408
        assert await reader.read() == b""


@hurried
async def test_a_body_that_does_not_come_to_its_end_is_answered_408() -> None:
    async with serving(World()) as server, connected(server) as (reader, writer):
        writer.write(posting()[:-1])
        assert (await receive(reader)).status == 408
        assert await reader.read() == b""


@hurried
async def test_one_who_says_nothing_is_let_go() -> None:
    async with serving(World()) as server, connected(server) as (reader, writer):
        assert await reader.read() == b""
        assert writer


@hurried
async def test_an_idle_connection_is_closed_in_the_end() -> None:
    async with serving(World()) as server, connected(server) as (reader, writer):
        writer.write(b"GET /status/text HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await receive(reader)).status == 200
        assert await reader.read() == b""


@run
async def test_a_report_on_a_connection_older_than_a_gap_is_refused() -> None:
    world = World()
    async with serving(world) as server, connected(server) as (reader, writer):
        writer.write(posting())
        assert (await receive(reader)).status == 200
        world.gaps += 1
        writer.write(posting())
        assert (await receive(reader)).status == 503
    assert world.taken == 1


@run
async def test_a_report_that_was_on_its_way_during_a_gap_is_refused_and_the_connection_closed() -> (
    None
):
    world = World()
    data = posting()
    async with serving(world) as server, connected(server) as (reader, writer):
        writer.write(data[:-1])
        await world.clock.read.wait()
        world.gaps += 1
        server.close_old_connections()
        writer.write(data[-1:])
        assert (await receive(reader)).status == 503
        assert await reader.read() == b""
    assert world.taken == 0


@run
async def test_a_report_that_waited_in_the_queue_of_the_socket_during_a_gap_is_refused() -> None:
    world = World()
    async with serving(world) as server:
        world.gaps += 1
        assert (await send(server, posting())).status == 503
        assert (await get(server, "/status/text")).status == 200
        await asyncio.sleep(1.1)
        assert (await send(server, posting())).status == 200
    assert world.taken == 1


@run
async def test_idle_connections_are_closed_after_a_gap() -> None:
    async with serving(World()) as server, connected(server) as (reader, writer):
        writer.write(b"GET /status/text HTTP/1.1\r\nHost: x\r\n\r\n")
        await receive(reader)
        server.close_old_connections()
        assert await reader.read() == b""


@run
async def test_a_report_that_the_door_has_is_answered_after_a_gap() -> None:
    held = asyncio.Event()
    world = World(held=held)
    async with serving(world) as server, connected(server) as (reader, writer):
        writer.write(posting())
        await world.arrived.wait()
        world.gaps += 1
        server.close_old_connections()
        held.set()
        assert (await receive(reader)).status == 200
        assert await reader.read() == b""


class Guest:
    """A connection that does nothing."""

    deadline = float("inf")

    def __init__(self, address: str) -> None:
        self.address = address

    def expire(self) -> None: ...

    def part(self) -> None: ...

    def abort(self) -> None: ...


@run
async def test_connections_are_bounded_and_an_address_gets_half_of_them() -> None:
    connections = Connections(lambda: 0, World().clock, most=6)
    one, other = [Guest("one") for _ in range(5)], [Guest("other") for _ in range(5)]
    assert [connections.admit(guest) for guest in one] == [True, True, True, False, False]
    assert [connections.admit(guest) for guest in other] == [True, True, True, False, False]
    assert not connections.admit(Guest("third"))
    for guest in one:
        connections.leave(guest)
    assert connections.admit(Guest("third"))


@run
async def test_a_taken_port_cannot_be_listened_on() -> None:
    async with serving(World()) as server:
        with pytest.raises(CannotListen, match="Address already in use"):
            Listener(World().front(), *server.address)


@run
async def test_a_server_that_stops_gives_the_answers_that_are_due() -> None:
    held = asyncio.Event()
    world = World(held=held)
    server = Listener(world.front(), "127.0.0.1", 0)
    task = asyncio.create_task(server.run())
    async with connected(server) as (reader, writer), connected(server) as (idle, _):
        writer.write(posting())
        await world.arrived.wait()
        server.stop()
        assert await idle.read() == b""
        held.set()
        assert (await receive(reader)).status == 200
        await task
    with pytest.raises(ConnectionRefusedError):
        await asyncio.open_connection(*server.address)


@hurried
async def test_a_server_stops_though_an_answer_never_comes() -> None:
    world = World(held=asyncio.Event())
    server = Listener(world.front(), "127.0.0.1", 0)
    task = asyncio.create_task(server.run())
    async with connected(server) as (_, writer):
        writer.write(posting())
        await world.arrived.wait()
        server.stop()
        await task


@run
async def test_the_server_listens_on_ipv6_too() -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    server = Listener(World().front(), "::1", 0)
    task = asyncio.create_task(server.run())
    assert (await get(server, "/status/text")).text == "healthy"
    server.stop()
    await task


@run
async def test_all_addresses_of_ipv6_are_those_of_ipv4_too() -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has not both")
    server = Listener(World().front(), "::", 0)
    task = asyncio.create_task(server.run())
    for address in ("::1", "127.0.0.1"):
        reader, writer = await asyncio.open_connection(address, server.address[1])
        writer.write(b"GET /status/text HTTP/1.1\r\nHost: x\r\n\r\n")
        assert (await receive(reader)).text == "healthy", address
        writer.close()
    server.stop()
    await task


@run
async def test_a_base_path_is_before_every_url() -> None:
    async with serving(World(base="/state/of things")) as server:
        base = "/state/of%20things"
        assert (await get(server, f"{base}/")).status == 200
        assert (await get(server, f"{base}/status/text")).text == "healthy"
        assert (await get(server, f"{base}/health/live")).status == 200
        assert (
            await send(server, posting(path=f"{base}/reporter/relay/socket-client"))
        ).status == 200
        assert (await get(server, "/status/text")).status == 404
        assert (await get(server, "/health/live")).status == 404


@run
async def test_health_says_what_is_missing() -> None:
    world = World()
    async with serving(world) as server:
        assert (await get(server, "/health/live")).status == 200
        ready = await get(server, "/health/ready")
        assert (ready.status, ready.text) == (200, '{"ready": true, "missing": []}')
        world.readiness = Readiness(plan=True, store=False, socket=True)
        ready = await get(server, "/health/ready")
        assert (ready.status, ready.text) == (503, '{"ready": false, "missing": ["store"]}')
    assert READY.missing() == ()


SECURITY = {
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "x-content-type-options",
    "x-frame-options",
    "cache-control",
    "date",
}


@run
async def test_every_answer_carries_all_security_fields() -> None:
    async with serving(World()) as server:
        for path in ("/", "/status/text", "/status/report", "/health/live", "/nope", "/%zz"):
            for method in ("GET", "HEAD", "POST", "OPTIONS", "PUT"):
                reply = await get(server, path, method)
                assert reply.headers.keys() >= SECURITY, f"{method} {path}"
                assert "server" not in reply.headers
