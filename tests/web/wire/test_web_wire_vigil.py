"""Vigil's wire, against a server that really runs."""

import base64
from typing import Any

import pytest

from tests.interop.replay import RECORDED, Given, body_of, differences, fields_of
from tests.web.world import GOOD, World, posting, run, send, serving
from watchkeeper.core.plan import Listening
from watchkeeper.core.report import Source, SourceKind
from watchkeeper.core.secret import Secret
from watchkeeper.core.status import Status
from watchkeeper.web.answer import Refusal
from watchkeeper.web.credentials import MISSING, WRONG, Credentials
from watchkeeper.web.wire.vigil import Load, Told, read, understood


def raw(request: dict[str, Any]) -> bytes:
    fields, body = fields_of(request), body_of(request)
    payload = body or b""
    if body is not None and request["chunked"]:
        fields["Transfer-Encoding"] = "chunked"
        half = len(body) // 2
        parts = (body[:half], body[half:], b"")
        payload = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts)
    elif body is not None:
        fields["Content-Length"] = str(len(body))
    lines = [f"{request['method']} {request['path']} HTTP/1.1", "Host: x"]
    lines += [f"{name}: {value}" for name, value in fields.items()]
    return "\r\n".join([*lines, "\r\n"]).encode() + payload


@run
async def test_every_recorded_exchange_is_answered_as_the_ancestor_did() -> None:
    found = []
    async with serving(World()) as server:
        for item in RECORDED:
            request = item["request"]
            reply = await send(server, raw(request), is_head=request["method"] == "HEAD")
            ours = Given(reply.status, reply.headers, reply.text)
            found += [f"{request['name']}: {line}" for line in differences(item, ours)]
    assert found == []


LOAD = '"interval":30,"load":{"cpu":0.1,"ram":0.1}'


def flush(replica: str) -> bytes:
    path = f"/reporter/relay/socket-client/{replica}"
    return f"DELETE {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {GOOD}\r\n\r\n".encode()


LISTENING = Listening(grace_ms=20_000, cpu_sick_above=0.9, ram_sick_above=0.8)


def told(**more: Any) -> Told:
    return Told(**{"replica": "a", "interval": 30, "load": Load(0.1, 0.1), **more})


@pytest.mark.parametrize(
    ("load", "status", "code"),
    [
        (Load(0.9, 0.8), Status.HEALTHY, ""),
        (Load(0.91, 0.1), Status.SICK, "cpu"),
        (Load(0.1, 0.81), Status.SICK, "ram"),
        (Load(4.0, 4.0), Status.SICK, "cpu"),
    ],
)
def test_a_load_above_a_threshold_is_sick_and_says_of_what(
    load: Load, status: Status, code: str
) -> None:
    report = understood(told(load=load), LISTENING, 7)
    assert (report.status, report.reason.code) == (status, code)


def test_a_report_of_load_says_who_when_how_long_and_how_much() -> None:
    report = understood(told(load=Load(0.1234, 0.5)), LISTENING, 7)
    assert report.source == Source(SourceKind.REPORTER)
    assert (report.heard, report.valid_ms) == (7, 50_000)
    assert (report.cpu, report.ram) == (123, 500)


@pytest.mark.parametrize(
    ("interval", "valid_ms"),
    [
        (0, 1_000),
        (0.2, 1_000),
        (1.5, 1_500),
        (30, 30_000),
        (2.0**64, 7 * 24 * 3_600_000),
        (1e308, 7 * 24 * 3_600_000),
    ],
)
def test_an_interval_is_clamped_to_a_second_and_a_week(interval: float, valid_ms: int) -> None:
    report = understood(told(interval=interval), LISTENING, 0)
    assert report.valid_ms == valid_ms + LISTENING.grace_ms


def test_a_load_is_clamped_to_a_thousand() -> None:
    assert understood(told(load=Load(1e300, 0.0)), LISTENING, 0).cpu == 1_000_000


@pytest.mark.parametrize(
    ("health", "status", "code"),
    [
        ("healthy", Status.HEALTHY, ""),
        ("sick", Status.SICK, "reported"),
        ("dead", Status.DEAD, "reported"),
    ],
)
def test_a_report_of_health_is_believed(health: str, status: Status, code: str) -> None:
    report = understood(told(load=None, health=health), LISTENING, 0)
    assert report.source == Source(SourceKind.LOCAL)
    assert (report.status, report.reason.code, report.cpu) == (status, code, -1)


@pytest.mark.parametrize("interval", [str(2**64 - 1), "30.5", "1e3", "0"])
def test_an_interval_may_be_any_number_that_is_not_negative(interval: str) -> None:
    body = f'{{"replica":"x","interval":{interval},"load":{{"cpu":1,"ram":0}}}}'
    assert read(b"application/json", body.encode()).replica == "x"


def test_what_is_wrong_with_a_body_is_said_in_words() -> None:
    with pytest.raises(Refusal) as refused:
        read(b"application/json", b'{"replica":"x","interval":"30"}')
    answer = refused.value.answer
    assert answer.status == 400
    assert answer.body == b"Json deserialize error: interval: Input should be a valid number"


@run
async def test_an_empty_token_lets_nobody_in() -> None:
    world = World(reporter_token=Secret(""))
    async with serving(world) as server:
        assert (await send(server, posting(auth="Basic Og=="))).status == 403
        assert (await send(server, posting())).status == 403
    assert world.taken == 0


@run
async def test_spaces_around_credentials_are_no_part_of_them() -> None:
    async with serving(World()) as server:
        assert (await send(server, posting(auth=f" {GOOD} \t "))).status == 200


@run
async def test_a_percent_sign_that_escapes_nothing_stands_for_itself() -> None:
    async with serving(World()) as server:
        for replica, path in {"50%": "50%", "%zz": "%zz", "5%20": "5%2520", "%a/": "%a%2F"}.items():
            said = await send(server, posting(f'{{"replica":"{replica}",{LOAD}}}'))
            flushed = await send(server, flush(path))
            assert (said.status, flushed.status) == (200, 200), replica


@run
async def test_a_token_that_is_changed_counts_at_once() -> None:
    world = World()
    async with serving(world) as server:
        assert (await send(server, posting())).status == 200
        world.reporter_token = Secret("ANOTHER_SECRET")
        assert (await send(server, posting())).status == 403


def test_verdicts_on_credentials_are_kept_within_a_bound() -> None:
    token = Secret("REPORTER_SECRET")
    credentials = Credentials(lambda: token)
    for number in range(1_000):
        assert credentials.refusal(b"Basic %d" % number) is MISSING
    for _ in range(2):
        assert credentials.refusal(b"Basic " + base64.b64encode(b":no")) is WRONG
        assert credentials.refusal(GOOD.encode()) is None
