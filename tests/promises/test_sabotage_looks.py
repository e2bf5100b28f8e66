"""One small test for each rule that keeps a hostile target or script from hurting others.

`rig/sabotage/` holds a patch for each name: with it applied, the test of that name is red.
"""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from tests.loop import in_loop
from tests.outside.world import http_answer, read_request, serving
from watchkeeper.core.status import Status
from watchkeeper.outside.connect import Connector, Place
from watchkeeper.outside.journey import Journey
from watchkeeper.outside.outside import real
from watchkeeper.outside.resolve import Resolved
from watchkeeper.probes import http, script

GET = http.Options(http_method=http.Method.GET)
MARK = f"98765.{os.getpid():07}1"


@in_loop
async def test_bodycap_an_endless_body_is_left_when_enough_of_it_was_read() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n" + b"x" * 1_000_000)
        await asyncio.sleep(60)

    async with serving(endless) as port:
        report = await http.look(f"http://127.0.0.1:{port}/", GET, 10_000, real())
    assert report.status is Status.HEALTHY


@in_loop
async def test_totaldeadline_no_phase_has_more_time_than_is_left_for_all() -> None:
    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        await asyncio.sleep(0.3)
        writer.write(http_answer(200, b"ab")[:-1])
        await asyncio.sleep(0.3)
        writer.write(b"b")

    async with serving(slow) as port:
        report = await http.look(f"http://127.0.0.1:{port}/", GET, 500, real())
    assert (report.status, report.reason.code) == (Status.DEAD, "timeout")


class Moving:
    """A name that leads to a good address when it is checked, and elsewhere after."""

    def __init__(self) -> None:
        self.answers = ["127.0.0.1"]

    async def resolve(self, host: str, server: str = "") -> Resolved:
        del host, server
        return Resolved((self.answers.pop() if self.answers else "0.0.0.0",))

    async def close(self) -> None:
        return


@in_loop
async def test_rebinding_the_address_that_was_checked_is_the_one_that_is_connected_to() -> None:
    async with serving(lambda *_: asyncio.sleep(0)) as port:
        place = Place(host="a.example", port=port)
        wire, address = await Connector(Moving()).wire(place, Journey(20_000))
        wire.close()
        assert address == "127.0.0.1"


@in_loop
async def test_groupkill_nothing_of_a_script_outlives_it() -> None:
    text = f"sleep {MARK} & setsid sleep {MARK} & exit 1"
    report = await script.look(text, script.Options(), 5_000, real())
    alive = list(_sleepers())
    for process in alive:
        os.kill(process, 9)
    assert (report.reason.code, alive) == ("exit:1", [])


def _sleepers() -> Iterator[int]:
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if MARK.encode() in (folder / "cmdline").read_bytes():
                yield int(folder.name)
        except OSError:
            continue
