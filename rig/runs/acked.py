"""Acked (B2): the system calls of the program show that no 2xx precedes its sync."""

import asyncio
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rig import wire
from rig.checker import Wrong
from rig.clients import CREDENTIALS
from rig.order import Order
from rig.stage import Play, staged
from rig.summary import Result, blame

CYCLES = 500
_CALLS = "read,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,fdatasync,fsync"
_STRACE = ("strace", "-f", "-ttt", "-y", "-qq", "-s", "64", "-e", f"trace={_CALLS}")
_LINE = re.compile(r"^(\d+) +[\d.]+ (?:<\.\.\. )?(\w+)(.*)$")
_ASKED = re.compile(r'"(?:POST|DELETE) /reporter/')
_REPLIED = re.compile(r'"HTTP/1\.1 2\d\d')
_READS = {"read", "recvfrom", "recvmsg"}
_WRITES = {"write", "writev", "sendto", "sendmsg"}
_SYNCS = {"fdatasync", "fsync"}


@dataclass(frozen=True, slots=True)
class Reply:
    """A 2xx to a report: whether its words were in the log, and the log on disk, before."""

    line: int
    logged: bool
    synced: bool


async def acked(order: Order) -> Result:
    """Send as many reports as *order* says, half of them news, to a program under strace."""
    play = Play(
        folder=order.folder,
        store=str(order.folder / "rig.db"),
        seed=order.seed,
        services=("a/0",),
        reporters=0,
    )
    trace = order.folder / "trace"
    async with staged(play) as stage:
        [program] = stage.programs
        await program.serve([*_STRACE, "-o", str(trace)])
        good = 0
        for number in range(order.cycles):
            health = stage.dice.choice(("healthy", "dead"))
            report = {"replica": f"r{number % 7}", "interval": 600, "health": health}
            path = "/reporter/reporters/local"
            good += (await wire.ask(program.place, "POST", path, report, CREDENTIALS)).is_good
        await program.stop()
        history = stage.history
    replies = list(await asyncio.to_thread(replies_in, trace))
    wrongs = list(_judge(replies, good))
    lines = [f"reports       {order.cycles}, {good} acknowledged, {len(replies)} seen in the trace"]
    return Result(wrongs=wrongs, lines=[*lines, *blame(wrongs)], history=history)


def replies_in(trace: Path) -> Iterator[Reply]:
    """Yield every 2xx to a report that *trace* shows."""
    with trace.open(errors="replace") as lines:
        yield from _replies(lines)


def _replies(lines: Iterable[str]) -> Iterator[Reply]:
    """One report at a time is under way: after it was read, the log is written, then synced.

    Writes after that sync belong to something else, such as a beat.
    """
    asked = logged = synced = False
    syncing: set[str] = set()
    for number, line in enumerate(lines, 1):
        match = _LINE.match(line)
        if match is None:
            continue
        thread, call, rest = match.groups()
        if call in _READS and _ASKED.search(rest):
            asked, logged, synced = True, False, False
        elif call == "pwrite64" and "-wal>" in rest:
            logged = True
        elif call in _SYNCS:
            synced = logged and _after_sync(thread, rest, syncing, synced=synced)
        elif call in _WRITES and asked and _REPLIED.search(rest):
            yield Reply(number, logged, synced)
            asked = False


def _after_sync(thread: str, rest: str, syncing: set[str], *, synced: bool) -> bool:
    """Return whether the log is on disk after this line about a sync of *thread*."""
    is_log = "-wal>" in rest
    if is_log and "<unfinished" in rest:
        syncing.add(thread)
        return synced
    if "resumed>" in rest and thread in syncing:
        syncing.discard(thread)
        return True
    return synced or is_log


def _judge(replies: Iterable[Reply], good: int) -> Iterator[Wrong]:
    seen = 0
    for reply in replies:
        seen += 1
        if not (reply.logged and reply.synced):
            what = "written and not synced" if reply.logged else "not written"
            yield Wrong("acked", f"line {reply.line} of the trace: a 2xx, its report {what}")
    if seen != good:
        yield Wrong("acked", f"{good} reports were acknowledged, the trace shows {seen}")
