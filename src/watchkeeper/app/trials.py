"""Trials: one look at each of some targets, by looks like those of the server of a file."""

from collections.abc import Iterable

from watchkeeper.app.world import world
from watchkeeper.config.load import Loaded
from watchkeeper.core.report import Report
from watchkeeper.watch.look import Aim
from watchkeeper.watch.trial import trial


async def look_at(chosen: Iterable[Aim], loaded: Loaded | None) -> list[Report]:
    """Return what a look at each of *chosen* sees, by the rules of the file that was *loaded*."""
    outside = world(loaded)
    try:
        return [await trial(aim, outside) for aim in chosen]
    finally:
        await outside.close()
