"""E11, and B7 for SSH."""

import asyncio
import shutil
import struct
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rig.port import free_port
from tests.loop import in_loop
from tests.outside.world import Behaviour, serving
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.outside.connect import Connector, Place
from watchkeeper.outside.failure import BadAnswer, CutOff
from watchkeeper.outside.journey import Journey
from watchkeeper.outside.outside import real
from watchkeeper.outside.wire import Wire
from watchkeeper.probes import ssh

RECORDED = (Path(__file__).parent / "recorded" / "openssh_9.2.bin").read_bytes()
NAME, PACKET = RECORDED.split(b"\r\n", 1)
SSHD = shutil.which("sshd", path="/usr/sbin:/usr/local/sbin:/usr/bin")
Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Server:
    """Says its *pieces* one after the other, and remembers what it was told."""

    def __init__(self, *pieces: bytes) -> None:
        self._pieces = pieces
        self.heard = b""
        self.was_left = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for piece in self._pieces:
            writer.write(piece)
            await asyncio.sleep(0)
        self.heard = await reader.read()
        self.was_left.set()


async def look_at(behaviour: Behaviour, timeout_ms: int = 20_000) -> Report:
    async with serving(behaviour) as port:
        return await ssh.look(f"ssh://127.0.0.1:{port}", ssh.Options(), timeout_ms, real())


async def found(*pieces: bytes) -> tuple[Status, str, str]:
    """Return the verdict on a server that says *pieces* and hangs up."""

    async def hang_up(*pair: *Pair) -> None:
        await pair[0].readline()
        for piece in pieces:
            pair[1].write(piece)
        await pair[1].drain()

    report = await look_at(hang_up)
    return report.status, report.reason.code, report.reason.detail


def packet(payload: bytes, padding: int = 4) -> bytes:
    padding += -(5 + len(payload) + padding) % 8
    return struct.pack("!IB", 1 + len(payload) + padding, padding) + payload + bytes(padding)


def kexinit(*names: bytes) -> bytes:
    lists = [*names, *[b"none"] * (10 - len(names))]
    return b"\x14" + bytes(16) + b"".join(struct.pack("!I", len(n)) + n for n in lists) + bytes(5)


# A server that is well


@in_loop
async def test_a_server_that_offers_keys_is_healthy_and_the_evidence_names_it() -> None:
    server = Server(RECORDED)
    report = await look_at(server)
    assert (report.status, report.reason.code) == (Status.HEALTHY, "")
    assert "'OpenSSH_9.2p1 Debian-2+deb12u10'" in str(report.evidence)
    assert "exchanges keys by 'sntrup761x25519-sha512, sntrup761" in str(report.evidence)


class Sluggish(Connector):
    """Comes back with a connection when the server has said what it says first."""

    async def wire(self, place: Place, journey: Journey) -> tuple[Wire, str]:
        reached = await super().wire(place, journey)
        await asyncio.sleep(0.05)
        return reached


@in_loop
async def test_a_server_that_greets_at_once_was_waited_for_before_it_was_read() -> None:
    outside = real()
    late = replace(outside, connect=Sluggish(outside.resolver))
    async with serving(Server(RECORDED)) as port:
        report = await ssh.look(f"ssh://127.0.0.1:{port}", ssh.Options(), 20_000, late)
    phases = [line.partition(":")[0] for line in str(report.evidence).splitlines()]
    assert phases[-3:] == ["waiting for the answer", "reading the answer", "in all"]


@in_loop
async def test_it_is_told_our_name_and_nothing_else() -> None:
    server = Server(RECORDED)
    async with serving(server) as port:
        await ssh.look(f"ssh://127.0.0.1:{port}", ssh.Options(), 20_000, real())
        await server.was_left.wait()
    assert server.heard == b"SSH-2.0-Watchkeeper\r\n"


@pytest.mark.parametrize(
    "pieces",
    [
        [RECORDED[n : n + 1] for n in range(len(RECORDED))],
        [b"Go away!\n", b"Or stay.\r\n", RECORDED],
        [b"SSH-1.99-old and new\n", PACKET],
        [b"SSH-2.0-x\r\n", packet(kexinit(b"a,b"))],
    ],
    ids=["byte by byte", "lines before", "1.99", "bare newline"],
)
@in_loop
async def test_every_lawful_greeting_is_understood(pieces: list[bytes]) -> None:
    assert (await look_at(Server(*pieces))).status is Status.HEALTHY


@contextmanager
def sshd(folder: Path) -> Iterator[int]:
    """Run a real server on a port of its own, which is given."""
    key, port = folder / "key", free_port()
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key], check=True)
    config = folder / "config"
    config.write_text(f"ListenAddress 127.0.0.1:{port}\nHostKey {key}\nPidFile none\n")
    Path("/run/sshd").mkdir(exist_ok=True)
    with subprocess.Popen([str(SSHD), "-Def", config], stderr=subprocess.PIPE) as server:
        assert server.stderr
        assert b"Server listening" in server.stderr.readline()
        yield port
        server.terminate()


@pytest.mark.skipif(not SSHD, reason="needs openssh-server")
def test_a_real_server_is_healthy(tmp_path: Path) -> None:
    @in_loop
    async def main() -> None:
        report = await ssh.look(f"ssh://127.0.0.1:{port}", ssh.Options(), 5_000, real())
        assert report.status is Status.HEALTHY, str(report.evidence)
        assert "OpenSSH_" in str(report.evidence)

    with sshd(tmp_path) as port:
        main()


# A server that is not


@in_loop
async def test_a_refused_port_is_dead() -> None:
    report = await ssh.look(f"ssh://127.0.0.1:{free_port()}", ssh.Options(), 20_000, real())
    assert (report.status, report.reason.code) == (Status.DEAD, "refused")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"", "before it named itself"),
        (b"Exceeded MaxStartups", "after 'Exceeded MaxStartups'"),
        (NAME + b"\r\n", "'OpenSSH_9.2p1 Debian-2+deb12u10' closed the connection before"),
        (RECORDED[:500], "before it offered keys"),
    ],
)
@in_loop
async def test_a_server_that_hangs_up_early_is_dead(said: bytes, words: str) -> None:
    status, code, detail = await found(said)
    assert (status, code) == (Status.DEAD, "reset")
    assert words in detail


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (b"x" * 300, "a line has more than 255 bytes"),
        (b"\xff\x00\x1b[2J" * 100, "a line has more than 255 bytes"),
        (b"220 mail.example.com ESMTP\r\n" * 50, "50 lines and no version, '220 mail"),
        (b"SSH-1.5-ancient\r\n", "another version of SSH: 'SSH-1.5-ancient'"),
        (b"SSH-2.0-x\r\n\xff\xff\xff\xff\x04", "claims to have 4294967299 bytes"),
        (b"SSH-2.0-x\r\n" + struct.pack("!IB", 35_004, 4), "claims to have 35008 bytes"),
        (b"SSH-2.0-x\r\nHTTP/1.1 400 Bad Request\r\n", "claims to have"),
        (b"SSH-2.0-x\r\n\0\0\0\x0d\x04", "malformed"),
        (b"SSH-2.0-x\r\n\0\0\0\x0c\x0b", "malformed"),
        (b"SSH-2.0-x\r\n\0\0\0\x0c\x03", "malformed"),
        (b"SSH-2.0-x\r\n\0\0\0\0\0", "malformed"),
        (b"SSH-2.0-x\r\n" + packet(b"\x02" + bytes(20)), "begins with message 2"),
        (b"SSH-2.0-x\r\n" + packet(b"\x14"), "malformed"),
        (b"SSH-2.0-x\r\n" + packet(kexinit(b"a")[:-1]), "malformed"),
        (b"SSH-2.0-x\r\n" + packet(kexinit(b"a") + b"more"), "malformed"),
        (b"SSH-2.0-x\r\n" + packet(kexinit(b"")), "names no way"),
        (
            b"SSH-2.0-x\r\n" + packet(b"\x01\0\0\0\x0c\0\0\0\x08too many\0\0\0\0"),
            "sends us away: 'too many",
        ),
    ],
)
@in_loop
async def test_what_is_no_ssh_server_is_dead_and_says_why(said: bytes, words: str) -> None:
    status, code, detail = await found(said)
    assert (status, code) == (Status.DEAD, "protocol")
    assert words in detail
    assert "\x1b" not in detail


async def silent(*pair: *Pair) -> None:
    await pair[0].read()


async def dripping(*pair: *Pair) -> None:
    while True:
        pair[1].write(b"x")
        await asyncio.sleep(0.01)


async def without_keys(*pair: *Pair) -> None:
    pair[1].write(RECORDED[:1_000])
    await pair[0].read()
    await asyncio.sleep(60)


@pytest.mark.parametrize(
    ("behaviour", "phase"),
    [(silent, "waiting"), (dripping, "reading"), (without_keys, "reading")],
)
@in_loop
async def test_one_deadline_holds_for_the_whole_greeting(behaviour: Behaviour, phase: str) -> None:
    report = await look_at(behaviour, timeout_ms=500)
    assert (report.status, report.reason.code) == (Status.DEAD, "timeout")
    assert f"it was still {phase} " in report.reason.detail


async def endless_lines(*pair: *Pair) -> None:
    while True:
        pair[1].write(b"hello\r\n" * 1_000)
        await pair[1].drain()


async def endless_line(*pair: *Pair) -> None:
    while True:
        pair[1].write(b"h" * 65_536)
        await pair[1].drain()


@pytest.mark.parametrize("behaviour", [endless_lines, endless_line])
@in_loop
async def test_an_endless_greeting_ends_at_its_cap(behaviour: Behaviour) -> None:
    report = await look_at(behaviour, timeout_ms=20_000)
    assert (report.status, report.reason.code) == (Status.DEAD, "protocol")


# Whatever bytes come


def fed(chunks: list[bytes]) -> None:
    async def main() -> None:
        greeting = ssh.Greeting(Journey(1_000))
        try:
            if not any(map(greeting.feed, chunks)):
                greeting.end()
        except (BadAnswer, CutOff):
            return
        assert greeting.software
        assert greeting.exchanges

    asyncio.run(main())


@given(chunks=st.lists(st.binary(max_size=300), max_size=20))
def test_any_bytes_are_a_greeting_or_a_declared_failure(chunks: list[bytes]) -> None:
    fed(chunks)


@given(payload=st.binary(min_size=1, max_size=400), padding=st.integers(0, 248))
def test_any_first_packet_is_an_offer_or_a_declared_failure(payload: bytes, padding: int) -> None:
    fed([b"SSH-2.0-x\r\n", packet(payload, padding)])


@given(at=st.integers(0, len(RECORDED) - 1), byte=st.binary(min_size=1, max_size=4))
def test_a_damaged_greeting_is_an_offer_or_a_declared_failure(at: int, byte: bytes) -> None:
    fed([RECORDED[:at] + byte + RECORDED[at + len(byte) :]])
