"""Storm (B13): everything dies within a second and is back later; few messages name all of it.

Of text messages, which are paid for, there is one. The pace is a thirtieth of the usual one, so
that its first five minutes are ten seconds.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from rig.checker import Wrong
from rig.history import Health, History, Received
from rig.moment import now
from rig.order import Order
from rig.runs.freeze import started
from rig.runs.late import believed
from rig.stage import CHANNELS, Play, Stage, staged
from rig.summary import Result, judged
from rig.world import Dice, Fault, Receiver

CYCLES = 100
MOST_MESSAGES = 3
TEXTS = 1
_PACE_S = (1, 4, 10)
_FIRST_S = 10
_TOLD_S = 60
_LOOKS_A_SECOND = 200
_FAULTS = {Fault.ACCEPT: 1, Fault.LIMITED: 1}
_TEXTS = """
[notify.twilio]
to = ["+33600000001"]
service_sid = "MG1"
account_sid = "AC1"
auth_token = "canary"
api_url = "http://{place}/"
"""


async def storm(order: Order) -> Result:
    """Let as many services as *order* says die at once, and return at once when that is told."""
    async with _telephone(order) as telephone:
        return await _storm(order, telephone)


@asynccontextmanager
async def _telephone(order: Order) -> AsyncIterator[Receiver]:
    """A telephone, which has a history of its own: what it takes has no id."""
    dice = Dice(random.Random(f"{order.seed} texts"), _FAULTS)
    telephone = Receiver(History(), "twilio", dice, parse=lambda body: dict(parse_qsl(body)))
    await telephone.open()
    try:
        yield telephone
    finally:
        await telephone.go_away()


async def _storm(order: Order, telephone: Receiver) -> Result:
    services = tuple(f"s/{number}" for number in range(order.cycles))
    play = Play(
        folder=order.folder,
        store=str(order.folder / "rig.db"),
        seed=order.seed,
        services=services,
        reporters=0,
        faults=_FAULTS,
        alert_on="page",
        pace=_PACE_S,
        interval_s=max(1, len(services) // _LOOKS_A_SECOND),
        notify=_TEXTS.format(place=telephone.place),
    )
    async with staged(play) as stage:
        [program] = stage.programs
        await program.serve()
        await started(stage)
        memory = _memory_kb(program.pid)
        wrongs = [
            wrong
            for health in (Health.DEAD, Health.HEALTHY)
            for wrong in await _turn(stage, telephone, health)
        ]
        grown = _memory_kb(program.pid) - memory
        result = judged(await stage.judge(), wrongs)
        return Result(
            wrongs=result.wrongs,
            lines=[*result.lines, f"memory        grew by {grown // 1024} MB"],
            history=result.history,
        )


async def _turn(stage: Stage, telephone: Receiver, health: Health) -> list[Wrong]:
    """Let all services become *health*; return what is wrong with how that is told."""
    began = now()
    for name in stage.services.truth:
        stage.services.turn(name, health)
    await believed(stage)
    await _all_told(stage, began, health)
    wrongs = [wrong for channel in CHANNELS for wrong in _wrongs(stage, channel, began, health)]
    taken = (one.at - began for one in telephone.history.of(Received) if one.taken)
    texts = sum(0 <= passed <= _FIRST_S * 1000 for passed in taken)
    if texts != TEXTS:
        wrongs.append(Wrong("storm", f"{texts} text messages of {health.name}, not {TEXTS}"))
    await stage.quiet()  # what the telephone has yet to hear waits for its pace
    return wrongs


async def _all_told(stage: Stage, began: int, health: Health) -> None:
    """Wait until every channel was told of every service, and the first minutes are over."""
    with suppress(TimeoutError):
        async with asyncio.timeout(_TOLD_S):
            while any(_missing(stage, channel, began, health) for channel in CHANNELS):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.2)
    await asyncio.sleep(max(0, _FIRST_S - (now() - began) / 1000))


def _wrongs(stage: Stage, channel: str, began: int, health: Health) -> Iterator[Wrong]:
    first = [one for one in _since(stage, channel, began) if one.at - began <= _FIRST_S * 1000]
    if len(first) > MOST_MESSAGES:
        yield Wrong(
            "storm", f"{channel}: {len(first)} messages in the first minutes of {health.name}"
        )
    missing = _missing(stage, channel, began, health)
    if missing:
        yield Wrong(
            "storm", f"{channel}: {len(missing)} never named as {health.name}: {min(missing)}"
        )


def _since(stage: Stage, channel: str, began: int) -> list[Received]:
    return [one for one in stage.taken(channel) if one.at >= began]


def _missing(stage: Stage, channel: str, began: int, health: Health) -> set[str]:
    everybody = {stage.services.replica(name) for name in stage.services.truth}
    messages = _since(stage, channel, began)
    return everybody - {name for one in messages for name in _names(one.body, health)}


def _names(body: Mapping[str, Any], health: Health) -> Iterator[str]:
    if health is Health.DEAD:
        yield from body["replicas"]
    else:
        yield from (back["replica"] for back in body["recovered"])


def _memory_kb(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
