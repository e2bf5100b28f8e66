import asyncio

from rig.port import free_port
from tests.loop import in_loop
from tests.outside.world import Names, serving
from watchkeeper.core.status import Status
from watchkeeper.outside.failure import ResolverFailed
from watchkeeper.outside.outside import real
from watchkeeper.outside.resolve import Resolved
from watchkeeper.probes import tcp


class Visitors:
    """A server that says nothing and remembers what it was told."""

    def __init__(self) -> None:
        self.said: list[bytes] = []
        self.left = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del writer
        self.said.append(await reader.read())
        self.left.set()


@in_loop
async def test_a_port_that_accepts_is_healthy_and_nothing_is_said_to_it() -> None:
    visitors = Visitors()
    async with serving(visitors) as port:
        report = await tcp.look(f"tcp://127.0.0.1:{port}", tcp.Options(), 20_000, real())
        await visitors.left.wait()
    assert report.status is Status.HEALTHY
    assert visitors.said == [b""]
    assert report.latency_us > 0
    assert f"127.0.0.1 port {port}" in str(report.evidence)


@in_loop
async def test_a_refused_port_is_dead_and_says_so() -> None:
    port = free_port()
    report = await tcp.look(f"tcp://127.0.0.1:{port}", tcp.Options(), 20_000, real())
    assert (report.status, report.reason.code) == (Status.DEAD, "refused")
    assert f"127.0.0.1 port {port} refused" in report.reason.detail


@in_loop
async def test_one_address_that_accepts_is_enough() -> None:
    async with serving(Visitors()) as port:
        outside = real(resolver=Names(a_example="127.0.0.2 127.0.0.1"))
        report = await tcp.look(f"tcp://a.example:{port}", tcp.Options(), 20_000, outside)
    assert report.status is Status.HEALTHY


@in_loop
async def test_a_name_that_is_not_found_is_dead() -> None:
    report = await tcp.look("tcp://a.example:80", tcp.Options(), 20_000, real(resolver=Names()))
    assert (report.status, report.reason.code) == (Status.DEAD, "name")


@in_loop
async def test_a_forbidden_address_is_blind_and_blocked_by_policy() -> None:
    report = await tcp.look("tcp://169.254.169.254:80", tcp.Options(), 20_000, real())
    assert (report.status, report.reason.code) == (Status.BLIND, "policy")


@in_loop
async def test_a_failing_resolver_makes_blind_and_not_dead() -> None:
    class Failing(Names):
        async def resolve(self, host: str, server: str = "") -> Resolved:
            raise ResolverFailed(f"{server} did not answer for {host}")

    report = await tcp.look("tcp://a.example:80", tcp.Options(), 20_000, real(resolver=Failing()))
    assert (report.status, report.reason.code) == (Status.BLIND, "resolver")


@in_loop
async def test_a_resolver_that_hangs_until_the_deadline_makes_blind_too() -> None:
    class Hanging(Names):
        async def resolve(self, host: str, server: str = "") -> Resolved:
            del host, server
            await asyncio.sleep(60)
            raise AssertionError

    report = await tcp.look("tcp://a.example:80", tcp.Options(), 50, real(resolver=Hanging()))
    assert (report.status, report.reason.code) == (Status.BLIND, "resolver")


@in_loop
async def test_a_node_may_have_a_resolver_of_its_own() -> None:
    class Asked(Names):
        servers: list[str] = []  # noqa: RUF012

        async def resolve(self, host: str, server: str = "") -> Resolved:
            self.servers.append(server)
            return await super().resolve(host)

    names = Asked()
    await tcp.look(
        "tcp://a.example:80", tcp.Options(resolver="127.0.0.1:53"), 20_000, real(resolver=names)
    )
    assert names.servers == ["127.0.0.1:53"]
