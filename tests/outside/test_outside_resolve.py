import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from tests.loop import in_loop
from tests.outside.dns import NXDOMAIN, REFUSED, SERVFAIL, SILENT, Dns
from tests.outside.world import FakeClock
from watchkeeper.outside import resolve
from watchkeeper.outside.failure import NameFailed, NameNotFound, ResolverFailed
from watchkeeper.outside.resolve import Resolved, SystemResolver


@asynccontextmanager
async def name_server() -> AsyncIterator[tuple[Dns, SystemResolver, FakeClock, str]]:
    loop = asyncio.get_running_loop()
    transport, dns = await loop.create_datagram_endpoint(Dns, local_addr=("127.0.0.1", 0))
    clock = FakeClock()
    resolver = SystemResolver(clock)
    try:
        yield dns, resolver, clock, f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    finally:
        await resolver.close()
        transport.close()
        await asyncio.sleep(0)


@in_loop
async def test_a_name_is_asked_for_once_while_its_answer_is_fresh() -> None:
    async with name_server() as (dns, resolver, _, server):
        for _ in range(3):
            assert await resolver.resolve("a.example", server) == Resolved(("192.0.2.1",))
        assert dns.asked == ["a"]


@in_loop
async def test_those_who_ask_at_the_same_time_share_one_question() -> None:
    async with name_server() as (dns, resolver, _, server):
        await asyncio.gather(*(resolver.resolve("a.example", server) for _ in range(20)))
        assert dns.asked == ["a"]


@in_loop
async def test_a_name_is_asked_for_again_when_its_answer_is_old() -> None:
    async with name_server() as (dns, resolver, clock, server):
        dns.ttl = 0
        await resolver.resolve("a.example", server)
        clock.moved = 4_000
        await resolver.resolve("a.example", server)
        assert dns.asked == ["a"]
        clock.moved = 6_500
        await resolver.resolve("a.example", server)
        assert dns.asked == ["a", "a"]


def test_names_that_were_learned_together_are_not_forgotten_together() -> None:
    kept = {resolve.kept_ms(f"host{n}.example", 100_000) for n in range(100)}
    assert len(kept) > 15
    assert (min(kept) >= 100_000, max(kept) < 125_000) == (True, True)


@pytest.mark.parametrize(("ttl_ms", "least"), [(0, 5_000), (60_000, 60_000), (9**9, 3_600_000)])
def test_an_answer_is_kept_for_its_time_within_bounds(ttl_ms: int, least: int) -> None:
    assert least <= resolve.kept_ms("a.example", ttl_ms) < least * 1.25


@in_loop
async def test_a_name_that_does_not_exist_is_not_found() -> None:
    async with name_server() as (dns, resolver, _, server):
        dns.code = NXDOMAIN
        with pytest.raises(NameNotFound, match=r"a\.example"):
            await resolver.resolve("a.example", server)


@pytest.mark.parametrize("code", [SERVFAIL, REFUSED, SILENT])
@in_loop
async def test_a_failing_resolver_is_our_trouble(
    code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolve, "LOOKUP_S", 0.3)
    async with name_server() as (dns, resolver, _, server):
        dns.code = code
        with pytest.raises(ResolverFailed, match=server):
            await resolver.resolve("a.example", server)


@in_loop
async def test_a_resolver_that_nobody_runs_is_our_trouble() -> None:
    resolver = SystemResolver(FakeClock())
    with pytest.raises(ResolverFailed):
        await resolver.resolve("a.example", "127.0.0.1:1")
    await resolver.close()


@in_loop
async def test_one_name_that_fails_while_others_are_answered_is_its_own_trouble() -> None:
    async with name_server() as (dns, resolver, clock, server):
        await resolver.resolve("b.example", server)
        dns.code = SERVFAIL
        with pytest.raises(NameFailed):
            await resolver.resolve("a.example", server)
        clock.moved = 60_001
        with pytest.raises(ResolverFailed):
            await resolver.resolve("a.example", server)


@in_loop
async def test_the_last_good_answer_serves_for_ten_minutes_of_a_failing_resolver() -> None:
    async with name_server() as (dns, resolver, clock, server):
        dns.ttl = 0
        await resolver.resolve("a.example", server)
        dns.code = SERVFAIL
        clock.moved = 590_000
        old = await resolver.resolve("a.example", server)
        assert old == Resolved(("192.0.2.1",), is_old=True)
        clock.moved = 606_500
        with pytest.raises(ResolverFailed):
            await resolver.resolve("a.example", server)


@in_loop
async def test_a_silent_resolver_is_not_waited_for_long_where_memory_can_serve(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resolve, "PATIENCE_S", 0.05)
    async with name_server() as (dns, resolver, clock, server):
        dns.ttl = 0
        await resolver.resolve("a.example", server)
        dns.code = SILENT
        clock.moved = 300_000
        async with asyncio.timeout(20):
            assert (await resolver.resolve("a.example", server)).is_old


@in_loop
async def test_a_resolver_that_is_known_to_fail_makes_no_target_look_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resolve, "PATIENCE_S", 0.05)
    async with name_server() as (dns, resolver, clock, server):
        dns.ttl = 0
        await resolver.resolve("a.example", server)
        dns.code = SILENT
        clock.moved = 300_000
        await resolver.resolve("a.example", server)
        monkeypatch.setattr(resolve, "PATIENCE_S", 1_000)
        again = asyncio.create_task(resolver.resolve("a.example", server))
        for _ in range(20):
            await asyncio.sleep(0)
        assert again.done(), "an answer that was at hand was waited for"
        assert again.result().is_old


@in_loop
async def test_a_name_that_is_said_to_be_gone_is_not_kept_alive_by_memory() -> None:
    async with name_server() as (dns, resolver, clock, server):
        dns.ttl = 0
        await resolver.resolve("a.example", server)
        dns.code = NXDOMAIN
        clock.moved = 300_000
        with pytest.raises(NameNotFound):
            await resolver.resolve("a.example", server)
        dns.code = SERVFAIL
        with pytest.raises(ResolverFailed):
            await resolver.resolve("a.example", server)


@pytest.mark.parametrize(
    "mangle",
    [
        lambda answer: b"\xff\xff" + answer[2:],
        lambda answer: answer[:12],
        lambda answer: answer[:20],
        lambda answer: answer[:-2],
        lambda _: b"",
        lambda _: b"\0" * 512,
        lambda answer: answer[:12] + b"\xc0\x0c" * 200,
    ],
    ids=["wrong id", "head only", "cut", "cut record", "empty", "zeros", "loops"],
)
@in_loop
async def test_a_broken_answer_is_none(
    mangle: Callable[[bytes], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resolve, "LOOKUP_S", 0.3)
    async with name_server() as (dns, resolver, _, server):
        dns.mangle = mangle
        with pytest.raises(ResolverFailed):
            await resolver.resolve("a.example", server)


@pytest.mark.parametrize("code", [SERVFAIL, NXDOMAIN, REFUSED, SILENT])
@in_loop
async def test_a_host_whose_ipv6_cannot_be_resolved_has_its_ipv4(code: int) -> None:
    async with name_server() as (dns, resolver, _, server):
        dns.code_of_ipv6 = code
        assert await resolver.resolve("a.example", server) == Resolved(("192.0.2.1",))


@in_loop
async def test_a_failing_resolver_is_told_once_and_again_when_it_is_back(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async with name_server() as (dns, resolver, _, server):
        dns.code = SERVFAIL
        for _ in range(2):
            for n in range(10):
                with pytest.raises(ResolverFailed):
                    await resolver.resolve(f"{n}.example", server)
        assert [record.name for record in caplog.records] == ["watchkeeper.notice"]
        assert f"the resolver {server} is failing" in caplog.text
        dns.code = 0
        await resolver.resolve("a.example", server)
        await resolver.resolve("b.example", server)
        assert len(caplog.records) == 2
        assert f"the resolver {server} answers again" in caplog.text


@in_loop
async def test_a_slow_answer_is_waited_for_and_comes_from_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resolve, "LOOKUP_S", 3.0)
    async with name_server() as (dns, resolver, _, server):
        dns.delay_s = 1.5
        slow = asyncio.create_task(resolver.resolve("a.example", server))
        await asyncio.sleep(0)
        for host in ("127.0.0.7", "localhost", socket.gethostname()):
            assert await resolver.resolve(host, server)
        assert not slow.done()
        assert await slow == Resolved(("192.0.2.1",))


@in_loop
async def test_a_slow_name_does_not_keep_those_who_know_their_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(resolve, "LOOKUP_S", 3.0)
    async with name_server() as (dns, resolver, _, server):
        dns.code = SILENT
        slow = [
            asyncio.create_task(resolver.resolve(f"slow{n}.example", server)) for n in range(50)
        ]
        await asyncio.sleep(0)
        assert await resolver.resolve("127.0.0.7", server) == Resolved(("127.0.0.7",))
        assert await resolver.resolve(socket.gethostname(), server)
        assert not any(task.done() for task in slow)
        outcomes = await asyncio.gather(*slow, return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {ResolverFailed}


@pytest.mark.parametrize("server", ["", "10.0.0.53", "10.0.0.53:5353", "::1", "[::1]", "[::1]:53"])
def test_a_name_server_is_given_by_its_address(server: str) -> None:
    resolve.check_server(server)


@pytest.mark.parametrize(
    "server", ["ns.example", "10.0.0.53:", "10.0.0.53:0", "::1:x", "[::1]:99999"]
)
def test_a_name_server_that_is_no_address_is_refused(server: str) -> None:
    with pytest.raises(ValueError, match="must be the address of a name server"):
        resolve.check_server(server)


@pytest.mark.parametrize("name", ["localhost", "LOCALHOST", "localhost.", "db.localhost"])
@in_loop
async def test_localhost_is_this_machine_and_nobody_is_asked(name: str) -> None:
    resolver = SystemResolver(FakeClock())
    assert await resolver.resolve(name) == Resolved(("127.0.0.1", "::1"))


@pytest.mark.parametrize(
    ("literal", "address"), [("192.0.2.7", "192.0.2.7"), ("2001:DB8::0:1", "2001:db8::1")]
)
@in_loop
async def test_an_address_is_its_own_answer(literal: str, address: str) -> None:
    assert await SystemResolver(FakeClock()).resolve(literal) == Resolved((address,))


@pytest.mark.parametrize("name", ["a..b", "x" * 300, "ü" * 80, ""])
@in_loop
async def test_what_is_no_name_is_not_found(name: str) -> None:
    resolver = SystemResolver(FakeClock())
    with pytest.raises(NameNotFound):
        await resolver.resolve(name)
    await resolver.close()
