"""Proxies: real ones on the loopback, for targets whose names only they know."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import pytest

from rig.port import free_port
from tests.loop import in_loop
from tests.outside.certificates import Authority
from tests.outside.world import Answers, http_answer, serving
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.outside.call import location_of
from watchkeeper.outside.outside import real
from watchkeeper.outside.proxy import Proxies
from watchkeeper.probes import http
from watchkeeper.probes.http import Options

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def look(url: str, environ: Mapping[str, str], options: Options | None = None) -> Report:
    outside = real(proxies=Proxies.of(environ))
    try:
        return await http.look(url, options or Options(), 20_000, outside)
    finally:
        await outside.close()


class Tunnel:
    """A proxy that leads everybody to *port*, or answers *refusal*."""

    def __init__(self, port: int, refusal: bytes = b"") -> None:
        self._port = port
        self._refusal = refusal
        self.heads: list[bytes] = []

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.heads.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self._refusal or b"HTTP/1.1 200 Connection established\r\n\r\n")
        if not self._refusal:
            near, far = await asyncio.open_connection("127.0.0.1", self._port)
            try:
                await asyncio.gather(_copy(reader, far), _copy(near, writer))
            finally:
                far.close()
                with suppress(ConnectionError):
                    await far.wait_closed()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65_536):
        writer.write(data)
    writer.write_eof()


@in_loop
async def test_a_web_server_is_asked_through_its_proxy() -> None:
    proxy = Answers(http_answer(204))
    async with serving(proxy) as port:
        where = {"http_proxy": f"http://me:secret@127.0.0.1:{port}"}
        report = await look("http://far.example:8080/up?a=1", where)
    assert report.status is Status.HEALTHY
    [request] = proxy.requests
    assert request.startswith(b"HEAD http://far.example:8080/up?a=1&")
    assert b"proxy-authorization: Basic bWU6c2VjcmV0\r\n" in request
    assert b"host: far.example:8080\r\n" in request
    assert "secret" not in str(report.evidence)


@in_loop
async def test_a_secure_server_is_reached_through_a_tunnel(tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    secure = authority.server("DNS:far.example")
    async with serving(Answers(http_answer()), ssl=secure) as target:
        proxy = Tunnel(target)
        async with serving(proxy) as port:
            where = {"HTTPS_PROXY": f"127.0.0.1:{port}"}
            trusting = Options(https_ca_file=str(authority.file))
            report = await look("https://far.example/", where, trusting)
    assert report.status is Status.HEALTHY, str(report.evidence)
    assert proxy.heads == [b"CONNECT far.example:443 HTTP/1.1\r\nhost: far.example:443\r\n\r\n"]
    assert "far.example" in str(report.evidence)


@in_loop
async def test_a_proxy_that_is_not_there_says_nothing_about_the_target() -> None:
    report = await look("http://far.example/", {"http_proxy": f"http://127.0.0.1:{free_port()}"})
    assert (report.status, report.reason.code) == (Status.BLIND, "local")
    assert "the proxy 127.0.0.1" in report.reason.detail


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", Status.BLIND),
        (b"HTTP/1.1 403 Forbidden\r\n\r\n", Status.BLIND),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", Status.DEAD),
        (b"SSH-2.0-OpenSSH\r\n\r\n", Status.DEAD),
        (b"\x00" * 20_000, Status.DEAD),
        (b"HTTP/1.1 200 OK\r\n", Status.DEAD),
    ],
)
def test_a_proxy_that_does_not_lead_there_says_why(answer: bytes, status: Status) -> None:
    @in_loop
    async def main() -> None:
        async with serving(Tunnel(0, answer)) as port:
            where = {"https_proxy": f"http://127.0.0.1:{port}"}
            report = await look("https://far.example/", where)
        assert report.status is status
        assert "the proxy 127.0.0.1" in report.reason.detail

    main()


@in_loop
async def test_this_machine_is_never_looked_at_by_a_proxy() -> None:
    proxy, target = Answers(http_answer(500)), Answers(http_answer())
    async with serving(proxy) as port, serving(target) as near:
        where = {"all_proxy": f"http://127.0.0.1:{port}"}
        report = await look(f"http://127.0.0.1:{near}/", where)
    assert (report.status, proxy.requests) == (Status.HEALTHY, [])


@pytest.mark.parametrize(
    ("no_proxy", "is_direct"),
    [
        ("", False),
        ("*", True),
        ("far.example", True),
        (".example", True),
        ("*.example", True),
        ("other.example, far.example", True),
        ("r.example", False),
        ("FAR.example", True),
    ],
)
def test_who_is_exempt_is_reached_directly(no_proxy: str, *, is_direct: bool) -> None:
    proxies = Proxies.of({"http_proxy": "http://proxy:3128", "no_proxy": no_proxy})
    assert (proxies.way(location_of("http://far.example/")) is None) is is_direct


def test_an_exempt_network_is_reached_directly() -> None:
    proxies = Proxies.of({"http_proxy": "proxy:3128", "NO_PROXY": "10.0.0.0/8"})
    assert proxies.way(location_of("http://10.1.2.3/")) is None
    assert proxies.way(location_of("http://11.1.2.3/")) is not None


def test_what_is_used_and_what_cannot_be_is_named_without_its_password() -> None:
    proxies = Proxies.of({"http_proxy": "http://me:secret@proxy:3128", "ALL_PROXY": "socks5://s:1"})
    assert [notice.split()[0] for notice in proxies.notices] == ["http_proxy:", "ALL_PROXY"]
    assert "secret" not in "".join(proxies.notices)
    assert proxies.way(location_of("https://far.example/")) is None


def test_without_a_word_of_the_environment_everybody_is_reached_directly() -> None:
    assert Proxies.of({}).way(location_of("http://far.example/")) is None


@pytest.mark.parametrize("host", ["169.254.169.254", "[fe80::1]"])
def test_no_proxy_is_asked_to_lead_to_a_forbidden_address(host: str) -> None:
    @in_loop
    async def main() -> None:
        proxy = Answers(http_answer())
        async with serving(proxy) as port:
            report = await look(f"http://{host}/", {"http_proxy": f"http://127.0.0.1:{port}"})
        assert (report.status, report.reason.code) == (Status.BLIND, "policy")
        assert proxy.requests == []

    main()


@in_loop
async def test_a_redirect_is_followed_by_the_proxy_too() -> None:
    proxy = Answers(http_answer(302, location="http://next.example/there"), http_answer())
    async with serving(proxy) as port:
        where = {"http_proxy": f"http://127.0.0.1:{port}"}
        report = await look("http://far.example/", where, Options(http_follow_redirects=True))
    assert report.status is Status.HEALTHY, str(report.evidence)
    assert proxy.paths[1] == "http://next.example/there"
