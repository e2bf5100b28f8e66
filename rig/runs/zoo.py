"""The zoo (B5): a hostile target hurts its own verdict, and nobody else's."""

import asyncio
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from rig import alone, snapshot
from rig.cage import Cage, Visit, showing
from rig.checker import Wrong
from rig.history import History
from rig.moment import now
from rig.names import open_names
from rig.order import Order
from rig.program import Program, Wiring
from rig.snapshot import Snapshot
from rig.summary import Result, blame
from rig.zoo import ANIMALS, BLIND, NEIGHBOUR

CYCLES = 40
FULL = 200
"""Hostile targets from which on the run is the full one: ten minutes, its bars asserted."""

INTERVAL_S, DEADLINE_S = 5, 2
_SLACK_MS, _LATE_MS, _GROWTH_KB = 500, 500, 50 * 1024
_CHAIN_BYTES = 1 << 20
_MINUTE_S, _WARM_S = 60, 15
_MISSED = 3
_STUCK_MS = 10_000
_WORDS = ("healthy", "sick", "dead")
_TROUBLE = ("Traceback", " broke", "never retrieved", "CRITICAL")


@dataclass(slots=True, kw_only=True)
class Zoo:
    """All cages, the program that looks at them, and its memory, second by second (kB)."""

    cages: Sequence[Cage]
    program: Program
    length_s: int
    memory: list[int] = field(default_factory=list)
    ended: int = 0

    @property
    def neighbours(self) -> Cage:
        """Return the cage of those who do no harm."""
        return self.cages[-1]

    @property
    def visits(self) -> list[Visit]:
        """Return every visit."""
        return [visit for cage in self.cages for visit in cage.visits]

    @property
    def longest_ms(self) -> int:
        """Return how long the longest look at anybody took, until the end of the run."""
        return max(((visit.until or self.ended) - visit.at for visit in self.visits), default=0)

    @property
    def growth_kb(self) -> int:
        """Return by how much memory grew once everybody had been looked at."""
        warm = min(_WARM_S, len(self.memory) - 1)
        return max(self.memory[warm:]) - self.memory[warm]


async def zoo(order: Order) -> Result:
    """Look at as many hostile targets as *order* has cycles, and as many healthy ones."""
    if not alone.is_alone():
        order.folder.rmdir()
        alone.begin_anew("zoo", "--seed", str(order.seed), "--cycles", str(order.cycles))
    is_full = order.cycles >= FULL
    opened = await _open(order, _MINUTE_S * (10 if is_full else 1))
    await opened.program.serve()
    for _ in range(opened.length_s):
        opened.memory.append(_resident_kb(opened.program.pid))
        await asyncio.sleep(1)
    opened.ended = now()
    await opened.program.stop()
    shot = snapshot.take(opened.program.store)
    wrongs = [*_wrongs(opened, shot), *(_over(opened) if is_full else ())]
    return Result(wrongs=wrongs, lines=[*_lines(opened), *blame(wrongs)])


async def _open(order: Order, length_s: int) -> Zoo:
    """Open a cage for each animal, and let the program's file name them all."""
    shares = [len(range(at, order.cycles, len(ANIMALS))) for at in range(len(ANIMALS))]
    animals = [*zip(ANIMALS, shares, strict=True), (NEIGHBOUR, order.cycles)]
    security, resolver = showing(order.folder, _CHAIN_BYTES), await open_names()
    cages = [
        Cage(animal, _homes(street, count), security)
        for street, (animal, count) in enumerate(animals, 1)
    ]
    for cage in cages:
        await cage.open()
    config = order.folder / "zoo.cfg"
    Wiring(
        looked={cage.animal.name: cage.urls for cage in cages if cage.addresses},
        channels={},
        keys={cage.animal.name: cage.animal.keys.format(resolver=resolver) for cage in cages},
        interval_s=INTERVAL_S,
        deadline_s=DEADLINE_S,
    ).write(config)
    store = str(order.folder / "zoo.db")
    program = Program(History(), "zoo", config, store, order.folder)
    return Zoo(cages=cages, program=program, length_s=length_s)


def _homes(street: int, count: int) -> list[str]:
    return [f"127.0.{street}.{house}" for house in range(1, count + 1)]


def _wrongs(zoo: Zoo, shot: Snapshot) -> Iterator[Wrong]:
    """Yield what no hostile target may bring about."""
    homes = {(cage.port, address) for cage in zoo.cages for address in cage.addresses}
    for cage in zoo.cages:
        for visit in cage.visits:
            if (cage.port, visit.address) not in homes:
                yield Wrong("forbidden", f"{cage.animal.name}: connected to {visit.address}")
            if not visit.until and zoo.ended - visit.at > _STUCK_MS:
                yield Wrong("ended", f"{cage.animal.name}: a look goes on for ever")
        yield from _missed(zoo, cage)
    log = zoo.program.log.read_text(errors="replace").splitlines()
    yield from (Wrong("exception", line) for line in log if any(w in line for w in _TROUBLE))
    yield from _misjudged(zoo, shot)
    yield from _raw(zoo.program.store)


def _missed(zoo: Zoo, cage: Cage) -> Iterator[Wrong]:
    least = zoo.length_s // INTERVAL_S - _MISSED
    seen = [visit.address for visit in cage.visits]
    if cage.animal.host:  # where such a name leads now is not for us to say
        return
    for address in cage.addresses:
        if seen.count(address) < least:
            looks = f"{seen.count(address)} looks in {zoo.length_s} s"
            yield Wrong("schedule", f"{cage.animal.name} at {address}: {looks}")


def _misjudged(zoo: Zoo, shot: Snapshot) -> Iterator[Wrong]:
    found = {cage.animal.name: cage.animal.found for cage in zoo.cages}
    for node, name, status, standing in shot.replicas:
        word = BLIND if standing else _WORDS[status]
        animal = node.partition(":")[2]
        if animal in found and word not in found[animal]:
            yield Wrong("verdict", f"{name} is {word}, and not {' or '.join(found[animal])}")
    for name, _ in shot.deaths:
        if name.startswith(f"looked:{NEIGHBOUR.name}:"):
            yield Wrong("neighbour", f"{name} was called dead")


def _raw(store: str) -> Iterator[Wrong]:
    """Yield the evidence that could speak to a terminal."""
    with closing(sqlite3.connect(store)) as file:
        [[number]] = file.execute("SELECT COUNT(*) FROM evidence WHERE body GLOB ?", ["*\x1b*"])
    if number:
        yield Wrong("evidence", f"{number} rows hold escapes for terminals")


def _over(zoo: Zoo) -> Iterator[Wrong]:
    """Yield the bars that are not held, of those that only a machine of our own can measure."""
    if zoo.longest_ms > DEADLINE_S * 1000 + _SLACK_MS:
        yield Wrong("deadline", f"a look took {zoo.longest_ms} ms")
    if max(lateness(zoo.neighbours)) > _LATE_MS:
        yield Wrong("late", f"a neighbour was looked at {max(lateness(zoo.neighbours))} ms late")
    if zoo.growth_kb > _GROWTH_KB:
        yield Wrong("memory", f"grew by {zoo.growth_kb} kB")


def _lines(zoo: Zoo) -> Iterator[str]:
    late = sorted(lateness(zoo.neighbours))
    p99 = late[len(late) * 99 // 100]
    hostile = sum(len(cage.addresses) for cage in zoo.cages[:-1])
    healthy = len(zoo.neighbours.addresses)
    yield f"animals       {hostile} of {len(ANIMALS)} kinds, {healthy} healthy neighbours"
    yield f"looks         {len(zoo.visits)} in {zoo.length_s} s, every {INTERVAL_S} s"
    yield f"longest look  {zoo.longest_ms} ms (bar {DEADLINE_S * 1000 + _SLACK_MS})"
    yield f"lateness      {p99} ms p99, {late[-1]} ms at most (bar {_LATE_MS})"
    yield f"memory        {zoo.memory[0]} kB, then {zoo.growth_kb} kB more (bar {_GROWTH_KB})"
    yield from sorted(_longest_by_animal(zoo))


def _longest_by_animal(zoo: Zoo) -> Iterator[str]:
    for cage in zoo.cages:
        took = [(visit.until or zoo.ended) - visit.at for visit in cage.visits]
        kind = f"{cage.animal.threat:4}{cage.animal.name:32}"
        if took:
            yield f"  {kind}{len(took):6} looks, {max(took):6} ms at most"


def lateness(cage: Cage) -> list[int]:
    """Return how much later than its earliest look within the interval each look came, in ms.

    The first look at a target does not keep to the schedule, and is left out.
    """
    late = [0]
    interval = INTERVAL_S * 1000
    for address in cage.addresses:
        came = [visit.at for visit in cage.visits if visit.address == address][1:]
        offsets = [(at - came[0] + interval // 2) % interval for at in came]
        late += [offset - min(offsets) for offset in offsets]
    return late


def _resident_kb(pid: int) -> int:
    text = Path(f"/proc/{pid}/status").read_text()
    return int(text.partition("VmRSS:")[2].split()[0])
