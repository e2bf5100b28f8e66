"""What reference 12.9 asks of XMPP, and what we add, against a real server and faulty ones."""

import asyncio
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from rig.port import free_port
from tests.loop import in_loop
from tests.notifiers import prosody
from tests.notifiers.faulty_xmpp import PLAIN, STREAM
from tests.notifiers.notifier_samples import API, message, outage
from tests.outside.certificates import Authority
from tests.outside.world import serving
from watchkeeper.core.delivery import Refused, Unreachable
from watchkeeper.core.message import MessageKind
from watchkeeper.core.secret import Secret
from watchkeeper.notifiers import xmpp
from watchkeeper.outside import tls
from watchkeeper.outside.connect import Place
from watchkeeper.outside.directory import Directory
from watchkeeper.outside.failure import NameNotFound
from watchkeeper.outside.outside import real
from watchkeeper.outside.sending import Sending

DEATH = outage(API, reasons={str(API): "refused"})


@pytest.fixture(scope="module")
def server() -> Iterator[prosody.Prosody]:
    with prosody.serving() as running:
        yield running


@pytest.fixture
def trusted(server: prosody.Prosody) -> Iterator[prosody.Prosody]:
    """The server, whose authority the system trusts."""
    with prosody.trusted(server):
        yield server


def settings(port: int, **parts: object) -> xmpp.Settings:
    given: dict[str, object] = {
        "to": prosody.RECEIVER,
        "from_": prosody.SENDER,
        "xmpp_password": Secret(prosody.PASSWORD),
        "xmpp_port": port,
    }
    return xmpp.Settings(**{**given, **parts})  # type: ignore[arg-type]


def test_the_words_are_those_of_a_text_message_and_the_url() -> None:
    assert xmpp.text(DEATH).splitlines() == [
        "Example Status",
        "",
        "Status: Dead",
        f"Nodes: {API}",
        "Time: 23:58:28 UTC+00:00",
        "URL: https://status.example.com/",
        f"refused: {API}",
    ]


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        (MessageKind.STARTUP, "Startup alert for: Example Status"),
        (MessageKind.CHANGED, "Example Status"),
        (MessageKind.REMINDER, "Reminder for: Example Status"),
    ],
)
def test_the_first_line_says_why_there_is_a_message(kind: MessageKind, first: str) -> None:
    assert xmpp.text(message(kind=kind)).splitlines()[0] == first


def test_what_xml_cannot_hold_is_replaced() -> None:
    assert xmpp.text(message(page_title="a\x00\x1b\ud800\uffffb")).startswith(
        "a\ufffd\ufffd\ufffd\ufffdb\n"
    )


@pytest.mark.parametrize("bad", ["", "ops", "@x", "a@", "a b@c", "a@b@c", "<a@b>"])
def test_an_address_that_is_none_is_refused_when_the_file_is_read(bad: str) -> None:
    with pytest.raises(ValueError, match="must be an XMPP address, such as ops@example"):
        xmpp.check_address(bad)


@in_loop
async def test_a_message_is_kept_by_a_real_server_with_the_id_of_the_message(
    trusted: prosody.Prosody,
) -> None:
    what = message(id="m1", page_title="<b>Ünïcode</b> & \N{PILE OF POO}")
    await xmpp.send(what, settings(trusted.port), real())
    kept = trusted.kept()
    assert '["id"] = "m1"' in kept
    assert '["type"] = "chat"' in kept
    assert "<b>Ünïcode</b> & \N{PILE OF POO}" in kept


@in_loop
async def test_the_server_may_have_another_name_than_the_domain(trusted: prosody.Prosody) -> None:
    how = settings(trusted.port, xmpp_host="127.0.0.1")
    await xmpp.send(message(id="elsewhere"), how, real())
    assert '["id"] = "elsewhere"' in trusted.kept()


class Known(Directory):
    """A directory that says what the test does."""

    def __init__(self, *places: Place, is_none: bool = False) -> None:
        super().__init__()
        self._places, self._is_none = list(places), is_none
        self.asked: list[tuple[str, str]] = []

    async def servers(self, record: str, domain: str) -> list[Place]:
        self.asked.append((record, domain))
        if self._is_none:
            raise NameNotFound(f"{domain} says that it has no server: {record}")
        return self._places


@in_loop
async def test_the_domain_says_where_its_servers_are_and_each_is_tried(
    trusted: prosody.Prosody,
) -> None:
    known = Known(
        Place(host="127.0.0.1", port=free_port()), Place(host="127.0.0.1", port=trusted.port)
    )
    outside = replace(real(), directory=known)
    await xmpp.send(message(id="found"), settings(0, xmpp_port=None), outside)
    assert known.asked == [("_xmpp-client._tcp", "localhost")]
    assert '["id"] = "found"' in trusted.kept()


@in_loop
async def test_a_forbidden_address_is_not_connected_to_whoever_names_it() -> None:
    outside = replace(real(), directory=Known(Place(host="169.254.169.254", port=5222)))
    with pytest.raises(Unreachable, match="never connected to") as caught:
        await xmpp.send(DEATH, settings(0, xmpp_port=None), outside)
    assert not caught.value.maybe


@in_loop
async def test_a_domain_that_says_it_has_no_server_is_not_tried_at_its_own_address() -> None:
    outside = replace(real(), directory=Known(is_none=True))
    with pytest.raises(Unreachable, match=r"has no server: _xmpp-client") as caught:
        await xmpp.send(DEATH, settings(0, xmpp_port=None), outside)
    assert not caught.value.maybe


@pytest.mark.parametrize(
    ("given", "place"),
    [
        ({}, Place(host="localhost", port=5222)),
        ({"xmpp_port": 5223}, Place(host="localhost", port=5223)),
        ({"xmpp_host": "chat.example"}, Place(host="chat.example", port=5222)),
    ],
)
@in_loop
async def test_without_a_record_it_is_the_domain_and_the_file_overrules_both(
    given: dict[str, object], place: Place
) -> None:
    known = Known()
    how = settings(0, **{"xmpp_port": None, **given})
    assert await xmpp._places(how, replace(real(), directory=known)) == [place]  # noqa: SLF001
    assert len(known.asked) == (not given)


@in_loop
async def test_a_wrong_password_is_a_refusal(trusted: prosody.Prosody) -> None:
    with pytest.raises(Refused, match="does not let us log in: not-authorized"):
        await xmpp.send(DEATH, settings(trusted.port, xmpp_password=Secret("guess")), real())


@in_loop
async def test_an_account_that_there_is_not_is_a_refusal(trusted: prosody.Prosody) -> None:
    with pytest.raises(Refused, match="nobody@localhost did not take it: service-unavailable"):
        await xmpp.send(DEATH, settings(trusted.port, to="nobody@localhost"), real())


@in_loop
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    server: prosody.Prosody, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path).file))
    tls.context.cache_clear()
    with pytest.raises(Unreachable, match="certificate") as caught:
        await xmpp.send(message(id="untrusted"), settings(server.port), real())
    assert not caught.value.maybe
    assert "untrusted" not in server.kept()


@in_loop
async def test_nothing_of_the_message_leaves_when_the_claim_is_lost(
    trusted: prosody.Prosody,
) -> None:
    class Lost(Exception):
        pass

    async def lost() -> None:
        raise Lost

    outside = real().for_sending(Sending(lost))
    with pytest.raises(Lost):
        await xmpp.send(message(id="lost"), settings(trusted.port), outside)
    assert "lost" not in trusted.kept()


@in_loop
async def test_a_server_that_nobody_runs_is_surely_not_told() -> None:
    with pytest.raises(Unreachable, match="nobody listens") as caught:
        await xmpp.send(DEATH, settings(free_port()), real())
    assert not caught.value.maybe


@in_loop
async def test_a_server_without_starttls_is_refused_and_hears_no_password() -> None:
    heard = bytearray()

    async def clear(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.extend(await reader.readuntil(b">"))
        writer.write(STREAM + PLAIN)
        heard.extend(await reader.read())

    async with serving(clear) as port:
        with pytest.raises(Refused, match=r"no way to log in|does not let us log in"):
            await xmpp.send(DEATH, settings(port), real())
    assert b"<auth" not in heard


@in_loop
@pytest.mark.parametrize("said", [b"", STREAM, b"HTTP/1.1 400 Bad Request\r\n\r\n"])
async def test_a_stream_that_is_cut_before_the_message_left_is_surely_not_told(
    said: bytes,
) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b">")
        writer.write(said)

    async with serving(cut) as port:
        with pytest.raises(Unreachable) as caught:
            await xmpp.send(DEATH, settings(port), real())
    assert not caught.value.maybe


@in_loop
@pytest.mark.parametrize("endless", [b"a" * 65_536, b" " * 65_536, b"<a>" * 20_000])
async def test_a_server_that_never_ends_is_left_at_a_cap(endless: bytes) -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b">")
        writer.write(STREAM + b"<stream:features>")
        while True:
            writer.write(endless)
            await writer.drain()

    async with serving(talk) as port:
        with pytest.raises(Unreachable, match="says more than 256 KiB") as caught:
            await xmpp.send(DEATH, settings(port), real())
    assert not caught.value.maybe


@in_loop
async def test_whoever_never_answers_is_left_at_the_deadline_and_let_go() -> None:
    left, deadline = asyncio.Event(), asyncio.timeout(None)

    async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        deadline.reschedule(0)
        await reader.read()
        left.set()

    async with serving(hang) as port:
        with pytest.raises(TimeoutError):
            async with deadline:
                await xmpp.send(DEATH, settings(port), real())
        await left.wait()


@in_loop
async def test_without_its_package_it_is_refused_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "slixmpp", None)
    monkeypatch.delitem(sys.modules, "watchkeeper.outside.chat", raising=False)
    with pytest.raises(Refused, match=r"slixmpp is missing: install watchkeeper\[xmpp\]"):
        await xmpp.send(DEATH, settings(free_port()), real())
