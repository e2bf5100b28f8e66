"""Nights by chance: outages, maintenance, flapping, reminders, reloads and faulty receivers."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from tests.house import DEAD, HEALTHY, SICK, held, name, plan
from tests.loop import in_loop
from tests.story import Answer, Story, story
from watchkeeper.core.delivery import Refused, Unreachable
from watchkeeper.core.flap import FlapRules
from watchkeeper.core.message import Message
from watchkeeper.core.plan import AlertOn, Plan, Window
from watchkeeper.core.reminder import Reminding
from watchkeeper.core.status import Status

ALL = ("web:api:1", "web:api:2", "db:main:a", "db:main:b")
MAIL = {"db:main": ("a", "b")}
STEPS = 60
STRIDE_MS = 15_000


def file_of(chance: random.Random, wall: int) -> Plan:
    """Return what somebody may write into the file at the moment *wall*."""
    nodes = {"web:api": ("1", "2")} | (MAIL if chance.random() < 0.7 else {})
    wanted = plan(
        nodes,
        channels=("hook", "pager 2"),
        alert_on=chance.choice(list(AlertOn)),
        reminding=chance.choice([None, Reminding(interval_ms=300_000)]),
    )
    starts_at = wall + chance.randint(-600_000, 3_600_000)
    window = Window(title="", starts_at=starts_at, lasts_ms=chance.randint(1, 40) * 60_000)
    windows = (window,) if chance.random() < 0.5 else ()
    changed = held(wanted, *windows, flap=FlapRules(changes=chance.choice([0, 3, 4])))
    return replace(changed, digest=f"{changed.digest} {chance.random()}")


def receiver(chance: random.Random) -> Answer:
    """Return the other side of a channel, which fails in each way now and then."""
    faults = [Unreachable("lost", maybe=True), Unreachable("down"), Refused("no")]

    def answer(_: Message) -> None:
        if chance.random() < 0.2:
            raise chance.choice(faults)

    return answer


async def look_at_all(day: Story, found: dict[str, Status]) -> None:
    for who, status in found.items():
        if day.home.follower.view.replica(name(who)):
            await day.home.look(who, status)
    await day.settle()


async def passes(day: Story, ms: int) -> None:
    end = day.clock.steady() + ms
    while day.clock.steady() < end:
        day.clock.move_to(min(day.clock.steady() + STRIDE_MS, end))
        await day.settle()


async def live(day: Story, chance: random.Random, found: dict[str, Status]) -> None:
    """Let a night pass, and then a long and quiet day under a file that names all."""
    for _ in range(STEPS):
        found[chance.choice(ALL)] = chance.choice([DEAD, DEAD, HEALTHY, HEALTHY, SICK])
        await look_at_all(day, found)
        if chance.random() < 0.1:
            await day.adopt(file_of(chance, day.clock.wall()))
        await passes(day, chance.choice([1_000, 20_000, 60_000, 180_000, 600_000]))
    day.answers.clear()
    await day.adopt(plan({"web:api": ("1", "2")} | MAIL, channels=("hook", "pager 2")))
    for _ in range(15):
        await look_at_all(day, found)
        await passes(day, 300_000)


def last_words(day: Story, channel: str) -> dict[str, Status]:
    """Return what whoever heard all that was said on *channel* believes of each replica."""
    believed = dict.fromkeys(ALL, HEALTHY)
    for (who, _), message in zip(day.heard, day.messages, strict=True):
        if who != channel:
            continue
        for back in message.recovered:
            told = believed[str(back.replica)] is DEAD
            assert told or not back.told, f"{back.replica} came back, and was never dead"
            believed[str(back.replica)] = HEALTHY
        believed |= {str(one.replica): one.status for one in message.stable}
        believed |= {str(one): DEAD for one in message.replicas}
    return believed


@pytest.mark.parametrize("seed", [1, 10, 17])
@in_loop
async def test_after_a_night_by_chance_each_target_believes_the_truth(
    seed: int,
    tmp_path: Path,
) -> None:
    chance = random.Random(seed)
    found = dict.fromkeys(ALL, HEALTHY)
    wanted = plan({"web:api": ("1", "2")} | MAIL, channels=("hook", "pager 2"))
    async with story(str(tmp_path / "story.db"), wanted) as day:
        day.answers |= dict.fromkeys(("hook", "pager"), receiver(chance))
        await live(day, chance, found)
        dead = {who for who, status in found.items() if status is DEAD}
        for channel in ("hook", "pager 0", "pager 1"):
            words = last_words(day, channel)
            assert {who for who, word in words.items() if word is DEAD} == dead
