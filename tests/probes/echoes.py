"""Runs in a network namespace of its own: pings what the test names, prints the reports.

python -m tests.probes.echoes look URL …      the report of each
python -m tests.probes.echoes many PREFIX N   how many of N addresses were found how
python -m tests.probes.echoes stalling PREFIX N   the same, while the process stands still at times
python -m tests.probes.echoes liars           what lying answers make of a healthy host
"""

import asyncio
import json
import socket
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator

import uvloop

from tests.outside.world import Names
from watchkeeper.core.report import Report
from watchkeeper.outside.echo import V4, Echo, Version, read, request, without_ip_header
from watchkeeper.outside.outside import Outside, real
from watchkeeper.outside.ping import SOON_S
from watchkeeper.probes import icmp

ANSWER = Version(V4.family, V4.protocol, V4.reply, V4.reply)
UNREACHABLE = Version(V4.family, V4.protocol, 3, 0)
US, HOST, STRANGER = "127.0.0.1", "127.0.0.5", "127.0.0.9"
NAMES = Names(both_example="127.0.0.5 ::1", mixed_example="127.0.0.5 192.0.2.1 2001:db8::1")
Answers = Iterator[tuple[str, bytes]]


async def look(url: str, outside: Outside, timeout_ms: int = 20_000) -> Report:
    return await icmp.look(url, icmp.Options(), timeout_ms, outside)


async def look_at(urls: list[str]) -> object:
    outside = real(resolver=NAMES)
    reports = [await look(url, outside) for url in urls]
    await outside.close()
    return [[report.status.word, report.reason.code, str(report.evidence)] for report in reports]


async def look_at_many(prefix: str, count: str) -> object:
    outside = real()
    targets = [f"icmp://{prefix}.{n // 250}.{n % 250 + 1}" for n in range(int(count))]
    reports = await asyncio.gather(*(look(url, outside) for url in targets))
    await outside.close()
    return Counter(report.status.word for report in reports)


async def look_at_many_and_stall(prefix: str, count: str) -> object:
    """Look at many as a process that a busy machine lets stand still, again and again."""

    async def stall() -> None:
        for _ in range(10):
            time.sleep(2 * SOON_S)  # noqa: ASYNC251 - that is the stall
            await asyncio.sleep(0)

    found, _ = await asyncio.gather(look_at_many(prefix, count), stall())
    return found


def honest(asked: Echo) -> Answers:
    yield HOST, request(ANSWER, asked)


def from_a_stranger(asked: Echo) -> Answers:
    yield STRANGER, request(ANSWER, asked)


def with_another_nonce(asked: Echo) -> Answers:
    yield HOST, request(ANSWER, Echo(asked.ident, asked.sequence, bytes(16)))


def with_another_sequence(asked: Echo) -> Answers:
    yield HOST, request(ANSWER, Echo(asked.ident, asked.sequence ^ 1, asked.nonce))


def with_another_ident(asked: Echo) -> Answers:
    yield HOST, request(ANSWER, Echo(asked.ident ^ 1, asked.sequence, asked.nonce))


def truncated(asked: Echo) -> Answers:
    for size in range(24):
        yield HOST, request(ANSWER, Echo(asked.ident, asked.sequence, asked.nonce))[:size]


def complaint_about(echo: Echo) -> bytes:
    inner = b"\x45\0\0\x2c\0\0\0\0\x40\x01\0\0" + socket.inet_aton(US) + socket.inet_aton(HOST)
    return request(UNREACHABLE, Echo(0, 0, inner + request(V4, echo)))


def with_a_complaint_about_another_nonce(asked: Echo) -> Answers:
    yield STRANGER, complaint_about(Echo(asked.ident, asked.sequence, bytes(16)))


def with_a_complaint_about_another_ident(asked: Echo) -> Answers:
    yield STRANGER, complaint_about(Echo(asked.ident ^ 1, asked.sequence, asked.nonce))


def with_a_complaint(asked: Echo) -> Answers:
    yield STRANGER, complaint_about(asked)


def flooding(asked: Echo) -> Answers:
    for n in range(300):
        yield HOST, request(ANSWER, Echo(asked.ident, asked.sequence, n.to_bytes(16, "big")))
    yield from honest(asked)


class Host:
    """A host that answers as it is told: the system itself was told not to answer."""

    def __init__(self) -> None:
        self.behaviour: Callable[[Echo], Answers] = honest
        self.heard = 0
        self._ear = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        self._ear.setblocking(False)
        self._mouths = {name: self._mouth(name) for name in (HOST, STRANGER)}
        asyncio.get_running_loop().add_reader(self._ear, self._hear)

    def _mouth(self, address: str) -> socket.socket:
        mouth = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
        mouth.bind((address, 0))
        return mouth

    def _hear(self) -> None:
        asked = read(V4.request, without_ip_header(self._ear.recv(2048)))
        if asked is None:
            return
        self.heard += 1
        for sender, packet in self.behaviour(asked):
            self._mouths[sender].sendto(packet, (US, 0))

    def close(self) -> None:
        asyncio.get_running_loop().remove_reader(self._ear)
        for sock in (self._ear, *self._mouths.values()):
            sock.close()


async def hear_liars() -> object:
    host, outside = Host(), real()
    found = {}
    behaviours = [
        *(from_a_stranger, with_another_nonce, with_another_sequence, with_another_ident),
        *(truncated, with_a_complaint_about_another_nonce, with_a_complaint_about_another_ident),
        *(with_a_complaint, flooding, honest),
    ]
    for host.behaviour in behaviours:
        report = await look(f"icmp://{HOST}", outside, 300)
        found[host.behaviour.__name__] = report.reason.code or report.status.word
    host.close()
    await outside.close()
    return {"heard": host.heard, "found": found}


async def main() -> None:
    match sys.argv[1:]:
        case ["look", *urls]:
            found = await look_at(urls)
        case ["many", prefix, count]:
            found = await look_at_many(prefix, count)
        case ["stalling", prefix, count]:
            found = await look_at_many_and_stall(prefix, count)
        case _:
            found = await hear_liars()
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    uvloop.run(main())
