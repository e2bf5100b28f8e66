"""Rehearsals: a test message to each target of the channels of a file."""

from dataclasses import dataclass, replace
from uuid import uuid4

from watchkeeper.app.kinds import tongues, unavailable
from watchkeeper.app.world import world
from watchkeeper.config.check import report
from watchkeeper.config.load import Loaded
from watchkeeper.speak.rehearsal import Rehearsed, rehearse
from watchkeeper.speak.tongue import Tongue


@dataclass(frozen=True, slots=True)
class Part:
    """A target as its operator calls it, and how to speak to it."""

    title: str
    tongue: Tongue


def parts(loaded: Loaded, channel: str) -> list[Part]:
    """Return each target of *channel*, of all where that is ''.

    Raise LookupError, with words for a person, when there is none.
    """
    plan = loaded.plan
    wanted = tuple(one for one in plan.channels if channel in {"", one.key})
    spoken = tongues(replace(plan, channels=wanted), uuid4())
    titles = [f"{one.key} {to.name}".rstrip() for one in wanted for to in one.targets.values()]
    if not spoken:
        known = ", ".join(one.key for one in plan.channels)
        named, others = f" {channel!r}" if channel else "", f", but {known}" if known else ""
        raise LookupError(f"there is no channel{named} to speak on{others}")
    return [Part(title, tongue) for title, tongue in zip(titles, spoken.values(), strict=True)]


def warnings(loaded: Loaded) -> list[str]:
    """Return what the file asks for and does not get: kinds that are not available, too."""
    return [*report(loaded.notices), *unavailable(loaded.plan)]


async def play(loaded: Loaded, chosen: list[Part]) -> list[Rehearsed]:
    """Return how the rehearsal of each of *chosen* ended, in the world as the server sees it."""
    outside = world(loaded)
    try:
        return [await rehearse(part.tongue, outside) for part in chosen]
    finally:
        await outside.close()
