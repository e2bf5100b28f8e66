"""Malformed (B6): whatever strangers send, no 5xx, no exception, and nothing is left behind."""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rig import wire
from rig.checker import Wrong
from rig.history import History
from rig.malformed import Request, requests
from rig.order import Order
from rig.program import Program, Wiring
from rig.summary import Result, blame

CYCLES = 5_000
_AT_ONCE = 16
_WARM = 500
_DEADLINE_S = 30.0
_PAGE_EVERY_S = 0.02
_MOST_GROWN_KB = 30_000
_STATUS = re.compile(rb"HTTP/1\.1 (\d{3}) ")


@dataclass(slots=True)
class _Tally:
    """What came back, and what of it was wrong."""

    ways: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    wrongs: list[Wrong] = field(default_factory=list)
    pages_ms: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Weight:
    """What a process holds: open descriptors, and memory in kB."""

    descriptors: int
    memory_kb: int


async def malformed(order: Order) -> Result:
    """Send as many requests as *order* has cycles to one program, and look at it after."""
    history = History()
    config = order.folder / "rig.cfg"
    Wiring(looked={"closed": ["tcp://127.0.0.1:1"]}, channels={}).write(config)
    store = str(order.folder / "rig.db")
    program = Program(history, "program", config, store, order.folder)
    await program.serve()
    try:
        tally, make = _Tally(), requests(order.seed)
        await _look_taken(program)
        await _send_all(program, make, min(_WARM, order.cycles), tally)
        before = await _at_rest(program)
        async with _reading(program, tally):
            await _send_all(program, make, order.cycles - _WARM, tally)
        after = await _at_rest(program)
        tally.wrongs += [*_grown(before, after), *await _lives(program)]
    finally:
        program.kill("at the end")
    tally.wrongs += _complaints(program.log)
    return Result(wrongs=tally.wrongs, lines=list(_lines(tally, before, after)), history=history)


async def _look_taken(program: Program) -> None:
    """Wait for the first look, which opens what all looks share."""
    async with asyncio.timeout(_DEADLINE_S):
        while (await program.report())["health"] != "dead":  # noqa: ASYNC110 - nobody tells of it
            await asyncio.sleep(_PAGE_EVERY_S)


async def _send_all(
    program: Program, make: Callable[[], Request], count: int, tally: _Tally
) -> None:
    left = iter(range(count))

    async def send_some() -> None:
        for _ in left:
            await _send(program, make(), tally)

    async with asyncio.TaskGroup() as group:
        for _ in range(_AT_ONCE):
            group.create_task(send_some())


@asynccontextmanager
async def _reading(program: Program, tally: _Tally) -> AsyncIterator[None]:
    """Read the page again and again meanwhile, as everybody else goes on doing."""

    async def read() -> None:
        while True:
            began = time.perf_counter()
            answer = await wire.ask(program.place, "GET", "/")
            tally.pages_ms.append((time.perf_counter() - began) * 1_000)
            if not answer.is_good:
                tally.wrongs.append(Wrong("others are served", f"the page was {answer.status}"))
            await asyncio.sleep(_PAGE_EVERY_S)

    reader = asyncio.create_task(read())
    try:
        yield
    finally:
        reader.cancel()


async def _send(program: Program, request: Request, tally: _Tally) -> None:
    statuses = await _statuses(program, request.data)
    tally.ways[request.how] += 1
    tally.answers[" ".join(map(str, statuses)) or "none"] += 1
    if any(status >= 500 for status in statuses):
        tally.wrongs.append(Wrong("no 5xx", f"{statuses} to {request.data[:300]!r}"))
    elif request.is_broken and not (statuses and 400 <= statuses[-1] < 500):
        tally.wrongs.append(Wrong("4xx", f"{statuses} ({request.how}) to {request.data[:300]!r}"))


async def _statuses(program: Program, data: bytes) -> list[int]:
    """Return the status of every answer to *data*, which is all that is ever said."""
    async with asyncio.timeout(_DEADLINE_S):
        reader, writer = await asyncio.open_connection(*program.place)
        try:
            writer.write(data)
            writer.write_eof()
            answers = await reader.read()
        except ConnectionError:
            answers = b""
        finally:
            writer.transport.abort()
    return [int(status) for status in _STATUS.findall(answers) if status != b"100"]


async def _at_rest(program: Program) -> _Weight:
    """Return what the program holds once it holds no connection longer than it must."""
    lightest = _weigh(program.pid)
    for _ in range(20):
        await asyncio.sleep(0.2)
        lightest = min(lightest, _weigh(program.pid), key=lambda weight: weight.descriptors)
    return lightest


def _weigh(pid: int) -> _Weight:
    process = Path(f"/proc/{pid}")
    status = (process / "status").read_text()
    found = re.search(r"VmRSS:\s+(\d+) kB", status)
    return _Weight(len(list((process / "fd").iterdir())), int(found[1]) if found else 0)


def _grown(before: _Weight, after: _Weight) -> Iterator[Wrong]:
    if after.descriptors > before.descriptors:
        yield Wrong("no leak", f"{before.descriptors} descriptors became {after.descriptors}")
    if after.memory_kb - before.memory_kb > _MOST_GROWN_KB:
        yield Wrong("no leak", f"{before.memory_kb} kB of memory became {after.memory_kb}")


async def _lives(program: Program) -> list[Wrong]:
    report = await program.report() if program.is_running else None
    return [] if report else [Wrong("lives", "the program does not answer any more")]


def _complaints(log: Path) -> list[Wrong]:
    said = log.read_text(errors="replace")
    return [Wrong("silent log", said[:2_000])] if "Traceback" in said or " ERROR " in said else []


def _lines(tally: _Tally, before: _Weight, after: _Weight) -> Iterator[str]:
    yield f"requests      {sum(tally.ways.values())}  {dict(tally.ways.most_common())}"
    yield f"answers       {dict(tally.answers.most_common(12))}"
    pages = sorted(tally.pages_ms) or [0.0]
    half, most = pages[len(pages) // 2], pages[len(pages) * 99 // 100]
    yield f"pages read    {len(pages)} meanwhile, p50 {half:.0f} ms, p99 {most:.0f} ms"
    yield f"descriptors   {before.descriptors}, then {after.descriptors}"
    yield f"memory        {before.memory_kb} kB, then {after.memory_kb} kB"
    yield from blame(tally.wrongs)
