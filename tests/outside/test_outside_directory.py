import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.loop import in_loop
from tests.outside.dns import NXDOMAIN, SERVFAIL, SILENT, Dns
from watchkeeper.outside import directory
from watchkeeper.outside.connect import Place
from watchkeeper.outside.directory import Directory
from watchkeeper.outside.failure import NameNotFound

CHAT = "_xmpp-client._tcp"


@asynccontextmanager
async def name_server() -> AsyncIterator[tuple[Dns, Directory]]:
    loop = asyncio.get_running_loop()
    transport, dns = await loop.create_datagram_endpoint(Dns, local_addr=("127.0.0.1", 0))
    asked = Directory(f"127.0.0.1:{transport.get_extra_info('sockname')[1]}")
    try:
        yield dns, asked
    finally:
        await asked.close()
        transport.close()
        await asyncio.sleep(0)


@in_loop
async def test_the_servers_of_a_domain_come_by_priority_then_by_weight() -> None:
    async with name_server() as (dns, asked):
        dns.services = [
            (20, 0, 5222, "spare.example"),
            (10, 1, 5223, "small.example"),
            (10, 9, 5222, "large.example"),
        ]
        assert await asked.servers(CHAT, "a.example") == [
            Place(host="large.example", port=5222),
            Place(host="small.example", port=5223),
            Place(host="spare.example", port=5222),
        ]


@in_loop
async def test_of_many_servers_four_are_enough() -> None:
    async with name_server() as (dns, asked):
        dns.services = [(n, 0, 5222, f"s{n}.example") for n in range(9)]
        assert len(await asked.servers(CHAT, "a.example")) == directory.MOST_PLACES


@in_loop
async def test_a_domain_may_say_that_it_has_no_such_server() -> None:
    async with name_server() as (dns, asked):
        dns.services = [(0, 0, 0, ".")]
        with pytest.raises(
            NameNotFound, match=r"a.example says that it has no server: _xmpp-client"
        ):
            await asked.servers(CHAT, "a.example")


@in_loop
@pytest.mark.parametrize("code", [0, NXDOMAIN, SERVFAIL, SILENT])
async def test_without_a_record_or_an_answer_nothing_is_known(
    code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory, "PATIENCE_S", 0.3)
    async with name_server() as (dns, asked):
        dns.code = code
        assert await asked.servers(CHAT, "a.example") == []


@in_loop
@pytest.mark.parametrize("domain", ["a..b", "x" * 300, "ü" * 80])
async def test_what_is_no_name_has_no_server(domain: str) -> None:
    async with name_server() as (_, asked):
        assert await asked.servers(CHAT, domain) == []
