"""The notifier zoo (B25): far sides that misbehave for a while, and what a reader made of them.

One story has a channel for each kind and each behaviour, beside one that always hears. Two
replicas die one after the other and come back while the far sides misbehave; later they take
what they are sent, as strict as the real ones.
"""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace

from tests.house import DEAD, HEALTHY, INSTALLATION, plan
from tests.stories.notifier_cages import DAY_MIN, HEALED_MIN, REPLICAS, Cage, Read
from tests.story import Story, story
from watchkeeper.app.kinds import tongues
from watchkeeper.core.message import Message
from watchkeeper.core.plan import Channel, Target
from watchkeeper.outside.outside import Outside
from watchkeeper.speak.tongue import Send, Tongue

END_MIN = 160
WITNESS = "witness"


@dataclass
class Zoo:
    """All cages by kind and behaviour, and what the one channel heard that is always well."""

    told: Story
    cages: Mapping[tuple[str, str], Cage]

    def wrongs(self) -> Iterator[str]:
        """Yield each promise that was broken, in words."""
        notes = [note for message in self.told.messages for note in message.notes]
        for (kind, name), cage in self.cages.items():
            for words in _wrongs(cage, f"{kind} {name}", notes):
                yield f"{kind}, {name}: {words}"

    def counts(self) -> str:
        """Return what was asked, taken and waited for, in one line."""
        cages = self.cages.values()
        return (
            f"{len(self.cages)} channels, {sum(len(cage.visits) for cage in cages)} requests,"
            f" {sum(cage.accepted for cage in cages)} accepted,"
            f" {sum(len(cage.complaints) for cage in cages)} complaints,"
            f" {len(self.told.messages)} messages on the channel beside them"
        )


def _wrongs(cage: Cage, channel: str, notes: Sequence[str]) -> Iterator[str]:
    is_given_up = any("messages are lost" in note and channel in note for note in notes)
    if cage.complaints:
        yield f"the far side complains: {cage.complaints[0]}"
    named = frozenset().union(*(one.names for one in cage.read))
    if not is_given_up and named != frozenset(REPLICAS):
        yield f"not everybody was named: {sorted(named)}"
    if not is_given_up and (not cage.read or cage.read[-1].status != "healthy"):
        yield f"the last word is not the truth: {cage.read[-1:]}"
    if "dead" in [one.status for one in cage.read][_first_healthy(cage.read) :]:
        yield "dead was said after healthy"
    if any(wait > visit for wait, visit in zip(cage.waits, cage.visits[1:], strict=False)):
        yield "asked before the time that was asked for"
    if cage.behaviour.breaks and not any("is broken" in n and channel in n for n in notes):
        yield "nobody heard elsewhere that it is broken"
    if cage.behaviour.until_min > DAY_MIN and not is_given_up:
        yield "nobody heard elsewhere that messages are lost"


def _first_healthy(read: Sequence[Read]) -> int:
    return next((at for at, one in enumerate(read) if one.status == "healthy"), len(read))


@asynccontextmanager
async def zoo(url: str, cages: Mapping[tuple[str, str], Cage]) -> AsyncIterator[Zoo]:
    """Open all *cages*, named by kind and behaviour, in one story."""
    async with AsyncExitStack() as stack:
        for cage in cages.values():
            stack.enter_context(cage.sock)
            cage.reserve()
        channels = [_channel(f"{kind} {name}", cage) for (kind, name), cage in cages.items()]
        witness = Channel(
            key=WITNESS, kind="webhook", digest="", targets={"": Target(settings=None)}
        )
        wanted = plan({"web:api": ("1", "2")})
        told = await stack.enter_async_context(
            story(url, replace(wanted, channels=(witness, *channels)))
        )
        spoken = tongues(replace(wanted, channels=tuple(channels)), INSTALLATION)
        told.speaker.tongues = {
            **{name: one for name, one in told.speaker.tongues.items() if name.channel == WITNESS},
            **{name: replace(one, send=_counted(told, one)) for name, one in spoken.items()},
        }
        for cage in cages.values():
            cage.clock, cage.began = told.clock, told.began
            if not cage.behaviour.is_away:
                await cage.open()
        yield Zoo(told, cages)
        for cage in cages.values():
            if cage.server:
                cage.server.close()


async def play(one: Zoo, end_min: int) -> None:
    """Let both replicas die and come back, and time pass until *end_min*."""
    told = one.told
    for moment, who, status in (
        ("1:00", REPLICAS[0], DEAD),
        ("2:00", REPLICAS[1], DEAD),
        ("20:00", REPLICAS[0], HEALTHY),
        ("21:00", REPLICAS[1], HEALTHY),
    ):
        await told.sleep_through(moment)
        await told.home.look(who, status)
        told.home.follower.hurry()
        await told.settle()
    await told.sleep_through(f"{HEALED_MIN}:00")
    for cage in one.cages.values():
        if cage.behaviour.is_away:
            await cage.open()
    await told.sleep_through(f"{END_MIN}:00")
    await told.sleep_through(f"{end_min}:00", stride_min=15)


def _channel(key: str, cage: Cage) -> Channel:
    targets = {"": Target(settings=cage.settings)}
    return Channel(key=key, kind=cage.kind, digest="", targets=targets)


def _counted(told: Story, tongue: Tongue) -> Send:
    async def send(message: Message, given: object, outside: Outside) -> None:
        told.store.under_way += 1
        try:
            await tongue.send(message, given, outside)
        finally:
            told.store.under_way -= 1

    return send
