import asyncio
import gc
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from socket import SO_LINGER, SOL_SOCKET

import pytest

from rig.port import free_port
from tests.loop import in_loop
from tests.outside.certificates import Authority
from tests.outside.world import (
    Answers,
    Behaviour,
    FakeClock,
    Names,
    http_answer,
    read_request,
    serving,
)
from watchkeeper.app.world import adopt
from watchkeeper.config.server import Inet, LogLevel, Server
from watchkeeper.core.report import Report
from watchkeeper.core.secret import Secret
from watchkeeper.core.status import Status
from watchkeeper.outside import tls
from watchkeeper.outside.outside import Outside, real
from watchkeeper.probes import http
from watchkeeper.probes.http import LONG_BODY, Method, Options

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]
SERVER = Server(
    log_level=LogLevel.ERROR,
    inet=Inet.parse("127.0.0.1:8080"),
    manager_token=Secret(""),
    reporter_token=Secret(""),
)


async def look(
    url: str,
    options: Options | None = None,
    timeout_ms: int = 20_000,
    outside: Outside | None = None,
) -> Report:
    return await http.look(url, options or Options(), timeout_ms, outside or real())


async def look_at(
    behaviour: Behaviour, options: Options | None = None, timeout_ms: int = 20_000
) -> Report:
    async with serving(behaviour) as port:
        return await look(f"http://127.0.0.1:{port}/up", options, timeout_ms)


def get(**keys: object) -> Options:
    return Options(http_method=Method.GET, **keys)  # type: ignore[arg-type]


def said(report: Report) -> tuple[Status, str]:
    return report.status, report.reason.code


# What is asked


@in_loop
async def test_the_request_is_the_ancestors_head_with_a_fresh_query() -> None:
    server = Answers(http_answer())
    async with serving(server) as port:
        url = f"http://127.0.0.1:{port}"
        report = await look(f"{url}/up", outside=real(user_agent="vigil (+https://s.example/)"))
        await look(f"{url}?a=b")
        await look(url)
    assert said(report) == (Status.HEALTHY, "")
    lines = server.requests[0].decode().split("\r\n")
    assert lines[0].startswith("HEAD /up?1")
    assert lines[0].split("?")[1].split()[0].isdigit()
    assert "user-agent: vigil (+https://s.example/)" in lines
    assert "accept: */*" in lines
    assert "accept-encoding: identity" in lines
    assert f"host: 127.0.0.1:{port}" in lines
    assert server.paths[1].startswith("/?a=b&1")
    assert server.paths[2].startswith("/?1")


@in_loop
async def test_a_url_is_asked_for_as_it_is_where_the_file_says_so() -> None:
    server = Answers(http_answer())
    async with serving(server) as port:
        for end in ("/up", "/up?signed=1"):
            await look(f"http://127.0.0.1:{port}{end}", Options(http_avoid_caches=False))
    assert server.paths == ["/up", "/up?signed=1"]


@in_loop
async def test_a_match_is_looked_for_by_get() -> None:
    server = Answers(http_answer(200, b"all is well"))
    assert said(await look_at(server, Options(http_body_healthy_match="w.ll$"))) == (
        *(Status.HEALTHY, ""),
    )
    assert server.requests[0].startswith(b"GET ")


@in_loop
async def test_a_body_goes_with_the_methods_that_have_one() -> None:
    server = Answers(http_answer())
    for method in (Method.POST, Method.GET):
        await look_at(server, Options(http_method=method, http_body="ping"))
    assert server.requests[0].endswith(b"content-length: 4\r\nuser-agent: watchkeeper\r\n\r\nping")
    assert server.requests[1].endswith(b"\r\n\r\n")


@in_loop
async def test_headers_of_the_file_take_the_place_of_ours() -> None:
    server = Answers(http_answer())
    headers: dict[str, str | tuple[str, ...]] = {
        "user-agent": "mine",
        "host": "a.example",
        "x-list": ("1", "2"),
    }
    report = await look_at(server, Options(http_headers=headers))
    sent = server.requests[0].decode()
    assert sent.count("user-agent:") == sent.count("host:") == 1
    assert "user-agent: mine\r\nhost: a.example\r\nx-list: 1\r\nx-list: 2\r\n" in sent
    assert "mine" not in str(report.evidence)


@in_loop
async def test_credentials_of_the_url_become_basic_authorization_and_no_evidence() -> None:
    server = Answers(http_answer(401))
    async with serving(server) as port:
        report = await look(f"http://user:secret@127.0.0.1:{port}/")
    assert b"authorization: Basic dXNlcjpzZWNyZXQ=\r\n" in server.requests[0]
    assert said(report) == (Status.DEAD, "status:401")
    assert "secret" not in str(report.evidence) + report.reason.detail


@in_loop
async def test_a_path_cannot_smuggle_a_header() -> None:
    server = Answers(http_answer())
    async with serving(server) as port:
        await look(f"http://127.0.0.1:{port}/a b\x01/ü?q=“x”")
    assert server.paths[0].startswith("/a%20b%01/%C3%BC?q=%E2%80%9Cx%E2%80%9D&1")


# What is judged


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, (Status.HEALTHY, "")),
        (301, (Status.HEALTHY, "")),
        (399, (Status.HEALTHY, "")),
        (400, (Status.DEAD, "status:400")),
        (503, (Status.DEAD, "status:503")),
        (999, (Status.DEAD, "status:999")),
    ],
)
@in_loop
async def test_the_status_must_lie_within_bounds(status: int, expected: tuple[Status, str]) -> None:
    assert said(await look_at(Answers(http_answer(status)))) == expected


@in_loop
async def test_a_status_that_is_alone_healthy_is_said_to_be_alone() -> None:
    bounds = {"poll_http_status_healthy_above": 204, "poll_http_status_healthy_below": 205}
    report = await look_at(Answers(http_answer(200)), Options(**bounds))  # type: ignore[arg-type]
    assert report.reason.detail == "answered 200 OK, where only 204 is healthy"


@in_loop
async def test_the_bounds_are_those_of_the_file() -> None:
    bounds = Options(poll_http_status_healthy_above=401, poll_http_status_healthy_below=402)
    assert said(await look_at(Answers(http_answer(401)), bounds)) == (Status.HEALTHY, "")
    assert said(await look_at(Answers(http_answer(200)), bounds)) == (Status.DEAD, "status:200")


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (Options(http_body_healthy_match="needle"), (Status.HEALTHY, "")),
        (Options(http_body_healthy_match="^needle"), (Status.DEAD, "body")),
        (Options(http_body_healthy_match="(?i)NEEDLE"), (Status.HEALTHY, "")),
        (Options(http_body_dead_match="needle"), (Status.DEAD, "body")),
        (Options(http_body_dead_match="thread"), (Status.HEALTHY, "")),
        (
            Options(http_body_healthy_match="hay", http_body_dead_match="needle"),
            (Status.DEAD, "body"),
        ),
    ],
)
@in_loop
async def test_the_body_must_match(options: Options, expected: tuple[Status, str]) -> None:
    assert said(await look_at(Answers(http_answer(200, b"hay needle hay")), options)) == expected


@in_loop
async def test_a_pattern_that_would_stop_other_engines_is_answered_at_once() -> None:
    answer = Answers(http_answer(200, b"a" * 100_000 + b"!"))
    report = await look_at(answer, Options(http_body_healthy_match="^(a+)+$"))
    assert said(report) == (Status.DEAD, "body")


@in_loop
async def test_a_pattern_that_is_slow_on_a_long_body_delays_nobody_else() -> None:
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0.001)
            turns += 1

    async with asyncio.TaskGroup() as group:
        turning = group.create_task(turn())
        answer = Answers(http_answer(200, b"a" * (LONG_BODY + 1)))
        report = await look_at(answer, Options(http_body_healthy_match="(a?){500}a{500}b"))
        turning.cancel()
    assert said(report) == (Status.DEAD, "body")
    assert turns > 30, "the loop stood still while the pattern was looked for"


@in_loop
async def test_as_much_of_a_body_is_read_as_the_file_says() -> None:
    answer = Answers(http_answer(200, b"x" * 300_000 + b"needle"))
    outcomes = [
        said(await look_at(answer, Options(http_body_healthy_match="needle", http_body_kib=kib)))
        for kib in (256, 512)
    ]
    assert outcomes == [(Status.DEAD, "body"), (Status.HEALTHY, "")]


@pytest.mark.parametrize("kib", [0, -1, 1025])
def test_no_more_of_a_body_is_read_than_there_is_room_for(kib: int) -> None:
    with pytest.raises(ValueError, match="must be from 1 to 1024"):
        http.check_body_kib(kib)


@in_loop
async def test_a_compressed_body_cannot_be_matched_and_is_not_inflated() -> None:
    answer = Answers(http_answer(200, b"\x1f\x8b needle", content_encoding="gzip"))
    report = await look_at(answer, Options(http_body_healthy_match="needle"))
    assert said(report) == (Status.DEAD, "body")
    assert "gzip" in report.reason.detail


@in_loop
async def test_what_the_body_says_is_kept_short_and_harmless() -> None:
    body = b"<h1>Down\x1b[2J</h1>\r\n" + b"x" * 100_000
    report = await look_at(Answers(http_answer(503, body)), get())
    assert "the body begins with '<h1>Down [2J</h1>" in report.reason.detail
    assert len(str(report.evidence)) < 2_000
    assert "\x1b" not in str(report.evidence)


@pytest.mark.parametrize("pattern", ["(", "(?=x)", "a{1,9999}", "[z-a]"])
def test_a_pattern_that_is_none_is_refused_with_words(pattern: str) -> None:
    with pytest.raises(ValueError, match="is not a regular expression"):
        http.check_pattern(pattern)


@pytest.mark.parametrize(
    "headers", [{"a b": "x"}, {"": "x"}, {"a:": "x"}, {"a": "x\r\ny: z"}, {"a": ("x", "\0")}]
)
def test_a_header_that_cannot_be_sent_is_refused(headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="has a"):
        http.check_headers(headers)


def test_no_option_that_may_hold_a_secret_prints_it() -> None:
    shown = repr(Options(http_headers={"authorization": "secret"}, http_body="secret"))
    assert "secret" not in shown


# Hostile servers


async def silent(*pair: *Pair) -> None:
    await pair[0].read()


async def mute_after_the_request(*pair: *Pair) -> None:
    await read_request(pair[0])
    await asyncio.sleep(60)


async def dripping_headers(*pair: *Pair) -> None:
    pair[1].write(b"HTTP/1.1 200 OK\r\n")
    while True:
        pair[1].write(b"x")
        await asyncio.sleep(0.01)


async def dripping_body(*pair: *Pair) -> None:
    pair[1].write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
    while True:
        pair[1].write(b"x")
        await asyncio.sleep(0.01)


async def chunk_headers_without_end(*pair: *Pair) -> None:
    pair[1].write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        pair[1].write(b"0")
        await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("behaviour", "phase"),
    [
        (silent, "waiting for the answer"),
        (mute_after_the_request, "waiting for the answer"),
        (dripping_headers, "reading the answer"),
        (dripping_body, "reading the answer"),
        (chunk_headers_without_end, "reading the answer"),
    ],
)
@in_loop
async def test_one_deadline_holds_for_all_and_the_phase_is_named(
    behaviour: Behaviour, phase: str
) -> None:
    report = await look_at(behaviour, get(), timeout_ms=500)
    assert said(report) == (Status.DEAD, "timeout")
    assert f"did not end within 0.5 s: it was still {phase}" in report.reason.detail


async def endless_body(*pair: *Pair) -> None:
    pair[1].write(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        pair[1].write(b"x" * 65_536)
        await pair[1].drain()


async def endless_chunks(*pair: *Pair) -> None:
    pair[1].write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
    while True:
        pair[1].write(b"10000\r\n" + b"x" * 65_536 + b"\r\n")
        await pair[1].drain()


@pytest.mark.parametrize("behaviour", [endless_body, endless_chunks])
@in_loop
async def test_an_endless_body_is_read_up_to_its_cap(behaviour: Behaviour) -> None:
    assert said(await look_at(behaviour, get())) == (Status.HEALTHY, "")
    report = await look_at(behaviour, Options(http_body_healthy_match="y"))
    assert said(report) == (Status.DEAD, "body")
    assert "the first 256 KiB" in report.reason.detail


async def endless_headers(*pair: *Pair) -> None:
    pair[1].write(b"HTTP/1.1 200 OK\r\n")
    while True:
        pair[1].write(b"x: " + b"y" * 1_000 + b"\r\n")
        await pair[1].drain()


async def interim_without_end(*pair: *Pair) -> None:
    while True:
        pair[1].write(b"HTTP/1.1 100 Continue\r\n\r\n")
        await pair[1].drain()


async def giant_status_line(*pair: *Pair) -> None:
    pair[1].write(b"HTTP/1.1 200 ")
    while True:
        pair[1].write(b"z" * 65_536)
        await pair[1].drain()


@pytest.mark.parametrize(
    "behaviour",
    [
        endless_headers,
        interim_without_end,
        giant_status_line,
        Answers(b"hello\r\n"),
        Answers(b"SSH-2.0-x\r\n"),
        Answers(b"\x15\x03\x01\x00\x02\x02\x46"),
    ],
    ids=["headers", "1xx", "status line", "HTTP/0.9", "SSH", "TLS alert"],
)
@in_loop
async def test_what_is_no_http_is_dead_and_ends_at_once(behaviour: Behaviour) -> None:
    assert said(await look_at(behaviour, get(), timeout_ms=20_000)) == (Status.DEAD, "protocol")


async def reset_at_once(*pair: *Pair) -> None:
    sock = pair[1].get_extra_info("socket")
    sock.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))


async def reset_in_the_body(*pair: *Pair) -> None:
    await read_request(pair[0])
    pair[1].write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc")
    await asyncio.sleep(0.02)
    await reset_at_once(*pair)


@pytest.mark.parametrize(
    "behaviour",
    [
        reset_at_once,
        reset_in_the_body,
        Answers(b""),
        Answers(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc"),
    ],
    ids=["at once", "in the body", "closed", "closed in the body"],
)
@in_loop
async def test_a_connection_that_is_cut_is_dead(behaviour: Behaviour) -> None:
    assert said(await look_at(behaviour, get())) == (Status.DEAD, "reset")


@in_loop
async def test_nobody_there_is_dead() -> None:
    assert said(await look(f"http://127.0.0.1:{free_port()}/")) == (Status.DEAD, "refused")


@in_loop
async def test_the_evidence_tells_every_phase_and_its_time() -> None:
    report = await look_at(Answers(http_answer(200, b"abc")), get())
    phases = [line.split(":")[0] for line in str(report.evidence).splitlines()]
    assert phases == [
        *("resolving the name", "connecting", "waiting for the answer", "reading the answer"),
        "in all",
    ]
    assert report.latency_us > 0


# Redirects


def to(location: str, status: int = 302) -> bytes:
    return http_answer(status, location=location)


FOLLOWING = Options(http_follow_redirects=True)


@in_loop
async def test_a_redirect_is_followed_only_where_the_file_says_so() -> None:
    server = Answers(to("/b"), to("/c?x"), http_answer(404))
    assert said(await look_at(server)) == (Status.HEALTHY, "")
    server = Answers(to("/b"), to("c?x"), http_answer(404))
    report = await look_at(server, FOLLOWING)
    assert said(report) == (Status.DEAD, "status:404")
    assert server.paths[1:] == ["/b", "/c?x"]
    assert "302 Found, to /b" in str(report.evidence)


@pytest.mark.parametrize("options", [Options(), FOLLOWING])
@in_loop
async def test_credentials_in_a_redirect_are_no_evidence(options: Options) -> None:
    report = await look_at(Answers(to("https://user:hunter2@there.example/")), options)
    assert "https://user:***@there.example/" in str(report.evidence)
    assert "hunter2" not in f"{report.evidence} {report.reason}"


@in_loop
async def test_a_redirect_without_a_place_is_an_answer() -> None:
    assert said(await look_at(Answers(http_answer(302)), FOLLOWING)) == (Status.HEALTHY, "")


@in_loop
async def test_a_circle_of_redirects_ends_after_five() -> None:
    server = Answers(to("/again"))
    assert said(await look_at(server, FOLLOWING)) == (Status.DEAD, "redirects")
    assert len(server.requests) == 6


@pytest.mark.parametrize(
    "location",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:169.254.169.254]/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "javascript:alert(1)",
        "http://user:password@127.0.0.1/",
    ],
)
@in_loop
async def test_a_redirect_that_policy_forbids_is_blind_and_not_dead(location: str) -> None:
    server = Answers(to(location))
    assert said(await look_at(server, FOLLOWING)) == (Status.BLIND, "policy")
    assert len(server.requests) == 1


@pytest.mark.parametrize("location", ["http://[", "http://a b/", "http://x:99999/"])
@in_loop
async def test_a_redirect_to_no_url_is_dead(location: str) -> None:
    assert said(await look_at(Answers(to(location)), FOLLOWING)) == (Status.DEAD, "protocol")


@in_loop
async def test_credentials_stay_with_the_server_that_they_were_meant_for() -> None:
    theirs = Answers(http_answer())
    options = Options(http_follow_redirects=True, http_headers={"x-token": "secret"})
    async with serving(theirs) as other:
        ours = Answers(to("/home"), to(f"http://127.0.0.1:{other}/away"))
        async with serving(ours) as port:
            await look(f"http://user:password@127.0.0.1:{port}/", options)
    assert [b"secret" in request for request in ours.requests] == [True, True]
    assert [b"authorization" in request for request in ours.requests] == [True, True]
    assert b"secret" not in theirs.requests[0]
    assert b"authorization" not in theirs.requests[0]
    assert b"user-agent: watchkeeper" in theirs.requests[0]


@in_loop
async def test_a_body_is_not_carried_to_another_server() -> None:
    options = Options(http_follow_redirects=True, http_method=Method.POST, http_body="secret")
    server = Answers(to("http://127.0.0.1:1/", status=307))
    assert said(await look_at(server, options)) == (Status.BLIND, "policy")
    server = Answers(to("/b", status=307), to("/c", status=303), http_answer())
    assert said(await look_at(server, options)) == (Status.HEALTHY, "")
    assert [request.split()[0] for request in server.requests] == [b"POST", b"POST", b"GET"]


# TLS


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


async def look_securely(
    authority: Authority, *names: str, days: int = 365, **keys: object
) -> Report:
    given: dict[str, object] = {"https_ca_file": str(authority.file), **keys}
    server = authority.server(*(names or ("IP:127.0.0.1",)), days=days)
    async with serving(Answers(http_answer(200, b"abc")), ssl=server) as port:
        return await look(f"https://127.0.0.1:{port}/", get(**given))


@in_loop
async def test_a_certificate_of_an_authority_of_ones_own_is_trusted(authority: Authority) -> None:
    report = await look_securely(authority)
    assert said(report) == (Status.HEALTHY, "")
    assert "securing the connection" in str(report.evidence)
    assert "TLSv1.3, certificate for 127.0.0.1, issued by Test Authority" in str(report.evidence)


@in_loop
async def test_a_report_that_is_kept_keeps_nothing_of_its_connection(authority: Authority) -> None:
    report = await look_securely(authority)
    assert "securing" in str(report.evidence)
    gc.collect()
    assert not [one for one in gc.get_objects() if isinstance(one, tls.Tls)]


@in_loop
async def test_a_certificate_that_nobody_knows_is_dead_and_shown(authority: Authority) -> None:
    report = await look_securely(authority, https_ca_file="")
    assert said(report) == (Status.DEAD, "certificate")
    assert "certificate for 127.0.0.1, issued by Test Authority, ends" in report.reason.detail


@in_loop
async def test_a_certificate_for_another_name_is_dead_and_shown(authority: Authority) -> None:
    report = await look_securely(authority, "DNS:elsewhere.example", "DNS:www.elsewhere.example")
    assert said(report) == (Status.DEAD, "certificate_name")
    assert "certificate for elsewhere.example, www.elsewhere.example" in report.reason.detail


@in_loop
async def test_a_certificate_that_ended_is_dead_and_shown(authority: Authority) -> None:
    report = await look_securely(authority, days=-1)
    assert said(report) == (Status.DEAD, "certificate_expired")
    assert "certificate for 127.0.0.1" in report.reason.detail


@pytest.mark.parametrize(
    ("days", "below", "expected"),
    [
        (5, 14, (Status.SICK, "certificate_soon:4")),
        (5, 4, (Status.HEALTHY, "")),
        (1, 0, (Status.HEALTHY, "")),
        (15, 14, (Status.HEALTHY, "")),
    ],
)
@in_loop
async def test_a_certificate_that_ends_soon_is_sick(
    authority: Authority, days: int, below: int, expected: tuple[Status, str]
) -> None:
    report = await look_securely(authority, days=days, https_certificate_sick_below_days=below)
    assert said(report) == expected


@in_loop
async def test_who_trusts_everybody_judges_no_certificate_but_sees_it(
    authority: Authority,
) -> None:
    report = await look_securely(authority, "DNS:x.example", days=-1, https_insecure=True)
    assert said(report) == (Status.HEALTHY, "")
    assert "certificate for x.example" in str(report.evidence)


@in_loop
async def test_a_file_of_authorities_that_is_not_there_is_our_trouble(
    authority: Authority,
) -> None:
    report = await look_securely(authority, https_ca_file="/nowhere/ca.pem")
    assert said(report) == (Status.BLIND, "local")
    assert "/nowhere/ca.pem" in report.reason.detail


@in_loop
async def test_a_file_of_authorities_that_changed_is_read_anew_with_the_config(
    authority: Authority, tmp_path: Path
) -> None:
    roots, outside = tmp_path / "roots.pem", real()
    roots.write_bytes(Authority(tmp_path, "Yesterday's").file.read_bytes())
    options = get(https_ca_file=str(roots))
    async with serving(Answers(http_answer()), ssl=authority.server("IP:127.0.0.1")) as port:
        url = f"https://127.0.0.1:{port}/"
        before = await look(url, options, outside=outside)
        roots.write_bytes(authority.file.read_bytes())
        adopt(outside, SERVER)
        after = await look(url, options, outside=outside)
    assert said(before) == (Status.DEAD, "certificate")
    assert said(after) == (Status.HEALTHY, "")


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (Answers(http_answer()), "tls"),
        (reset_at_once, "reset"),
        (silent, "timeout"),
        (dripping_headers, "tls"),
    ],
    ids=["plain HTTP", "reset", "silent", "garbage"],
)
@in_loop
async def test_a_server_without_tls_is_dead_and_says_why(behaviour: Behaviour, code: str) -> None:
    async def plain(*pair: *Pair) -> None:
        if isinstance(behaviour, Answers):
            pair[1].write(http_answer())
        else:
            await behaviour(*pair)

    async with serving(plain) as port:
        patience_ms = 200 if behaviour is silent else 20_000
        report = await look(f"https://127.0.0.1:{port}/", timeout_ms=patience_ms)
    assert said(report) == (Status.DEAD, code)


@in_loop
async def test_tls_carries_large_bodies_and_their_end(authority: Authority) -> None:
    body = b"x" * 200_000 + b"needle"
    server = authority.server("IP:127.0.0.1")
    async with serving(Answers(http_answer(200, body)), ssl=server) as port:
        options = Options(http_body_healthy_match="needle$", https_ca_file=str(authority.file))
        report = await look(f"https://127.0.0.1:{port}/", options)
    assert said(report) == (Status.HEALTHY, "")


@in_loop
async def test_the_name_is_sent_and_verified_not_the_address(authority: Authority) -> None:
    asked: list[str] = []
    server = authority.server("DNS:a.example")
    server.sni_callback = lambda _, name, __: asked.append(str(name))
    async with serving(Answers(http_answer()), ssl=server) as port:
        outside = real(resolver=Names(a_example="127.0.0.1"))
        options = Options(https_ca_file=str(authority.file))
        report = await look(f"https://a.example:{port}/", options, outside=outside)
    assert said(report) == (Status.HEALTHY, "")
    assert asked == ["a.example"]


class Resuming:
    """A secure server, who looks at it on a clock of ours, and how often TLS was *taken_up*."""

    def __init__(self, authority: Authority, port: int, security: ssl.SSLContext) -> None:
        self.clock = FakeClock()
        self.outside = real(clock=self.clock)
        self.options = get(https_ca_file=str(authority.file))
        self.named = replace(self.options, https_server_name="a.example")
        self._url = f"https://127.0.0.1:{port}/"
        self.security = security
        self.taken_up = 0

    async def look(self, after_ms: int = 0, options: Options | None = None) -> Report:
        self.clock.moved += after_ms
        report = await look(self._url, options or self.options, outside=self.outside)
        self.taken_up += "taken up again" in str(report.evidence)
        return report


@asynccontextmanager
async def resuming(authority: Authority, *, days: int = 365) -> AsyncIterator[Resuming]:
    security = authority.server("IP:127.0.0.1", "DNS:a.example", days=days)
    async with serving(Answers(http_answer(200, b"abc")), ssl=security) as port:
        yield Resuming(authority, port, security)


@in_loop
async def test_who_is_looked_at_often_is_taken_up_again_for_a_minute(authority: Authority) -> None:
    async with resuming(authority, days=5) as often:
        for _ in range(4):
            report = await often.look(10_000)
        assert often.taken_up == 2
        assert said(report) == (Status.SICK, "certificate_soon:4")
        assert "taken up again, certificate for 127.0.0.1" in str(report.evidence)
        await often.look(50_000)
        assert often.taken_up == 2


@in_loop
async def test_who_is_looked_at_seldom_always_shows_the_certificate(authority: Authority) -> None:
    async with resuming(authority) as seldom:
        for _ in range(4):
            await seldom.look(120_000)
        assert seldom.taken_up == 0


@in_loop
async def test_a_session_is_for_who_trusts_the_same(authority: Authority) -> None:
    async with resuming(authority) as often:
        for _ in range(3):
            await often.look(20_000)
        assert often.taken_up == 1
        report = await often.look(20_000, get())
        assert said(report) == (Status.DEAD, "certificate")


@in_loop
async def test_a_session_that_breaks_the_handshake_is_followed_by_a_full_one(
    authority: Authority,
) -> None:
    visits: list[str | None] = []

    def break_the_third(_: object, name: str | None, __: object) -> int | None:
        visits.append(name)
        return ssl.ALERT_DESCRIPTION_INTERNAL_ERROR if len(visits) == 3 else None

    async with resuming(authority) as often:
        often.security.sni_callback = break_the_third
        reports = [await often.look(20_000, often.named) for _ in range(3)]
    assert [report.status for report in reports] == [Status.HEALTHY] * 3
    assert "not taken up: once more" in str(reports[2].evidence)
    assert len(visits) == 4


@in_loop
async def test_a_session_of_before_makes_nobody_knock_twice_where_nobody_listens(
    authority: Authority,
) -> None:
    async with resuming(authority) as often:
        for _ in range(2):
            await often.look(20_000)
    report = await often.look(20_000)
    assert said(report) == (Status.DEAD, "refused")
    assert "once more" not in str(report.evidence)


@in_loop
async def test_a_full_handshake_that_fails_is_made_once(authority: Authority) -> None:
    visits: list[str | None] = []

    def refuse(_: object, name: str | None, __: object) -> int:
        visits.append(name)
        return ssl.ALERT_DESCRIPTION_INTERNAL_ERROR

    async with resuming(authority) as often:
        often.security.sni_callback = refuse
        report = await often.look(20_000, often.named)
    assert said(report) == (Status.DEAD, "tls")
    assert len(visits) == 1


@in_loop
async def test_a_server_name_of_the_file_is_sent_and_verified_and_the_host_stays(
    authority: Authority,
) -> None:
    asked: list[str] = []
    context = authority.server("DNS:inner.example")
    context.sni_callback = lambda _, name, __: asked.append(str(name))
    server = Answers(http_answer())
    async with serving(server, ssl=context) as port:
        named = Options(https_ca_file=str(authority.file), https_server_name="inner.example")
        report = await look(f"https://127.0.0.1:{port}/", named)
    assert said(report) == (Status.HEALTHY, "")
    assert asked == ["inner.example"]
    assert f"host: 127.0.0.1:{port}".encode() in server.requests[0]


@in_loop
async def test_a_certificate_for_the_host_is_none_for_another_server_name(
    authority: Authority,
) -> None:
    report = await look_securely(authority, https_server_name="inner.example")
    assert said(report) == (Status.DEAD, "certificate_name")


@in_loop
async def test_a_server_name_does_not_follow_a_redirect_to_another_server(
    authority: Authority,
) -> None:
    asked: list[str] = []
    context = authority.server("DNS:inner.example", "DNS:b.example")
    context.sni_callback = lambda _, name, __: asked.append(str(name))
    server = Answers(b"", http_answer())
    async with serving(server, ssl=context) as port:
        server.say(http_answer(302, location=f"https://b.example:{port}/"))
        outside = real(resolver=Names(a_example="127.0.0.1", b_example="127.0.0.1"))
        options = Options(
            https_ca_file=str(authority.file),
            https_server_name="inner.example",
            http_follow_redirects=True,
        )
        report = await look(f"https://a.example:{port}/", options, outside=outside)
    assert said(report) == (Status.HEALTHY, "")
    assert asked == ["inner.example", "b.example"]


@pytest.mark.parametrize("name", ["", "a.example", "A_b.example.", "10.0.0.1", "2001:db8::1"])
def test_a_server_name_is_what_a_certificate_may_be_for(name: str) -> None:
    http.check_server_name(name)


@pytest.mark.parametrize("name", [".a", "a b", "a:443", "ü.example", "a..b", "x" * 254, "a/b"])
def test_a_server_name_that_no_certificate_is_for_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="must be a host name"):
        http.check_server_name(name)


def test_the_environment_may_name_the_roots(
    authority: Authority, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    copy = tmp_path / "roots.pem"
    copy.write_bytes(authority.file.read_bytes())
    monkeypatch.setenv("SSL_CERT_FILE", str(copy))
    tls.context.cache_clear()
    try:
        trusted = tls.context(tls.SYSTEM)
        assert [ca["subject"] for ca in trusted.get_ca_certs()]
    finally:
        tls.context.cache_clear()
