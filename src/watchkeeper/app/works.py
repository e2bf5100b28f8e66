"""Works: what runs for as long as the process does, each by the name that an operator reads."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any, TypeVar

from watchkeeper.store.errors import StoreUnusable

T = TypeVar("T")
Works = dict[str, Coroutine[Any, Any, None]]
"""What runs, by the name that an operator reads."""
CANCEL_S = 1
log = logging.getLogger(__name__)


class WorkEnded(Exception):
    """What must run as long as the process does came to an end."""


class Stopped(Exception):
    """The process was told to stop before it had begun."""


async def unless_stopped(stopping: asyncio.Event, work: Coroutine[Any, Any, T]) -> T:
    """Return what *work* returns; cancel it and raise Stopped where *stopping* is set before."""
    working = asyncio.create_task(work)
    await first_end(stopping, [working])
    if working.done():
        return working.result()
    working.cancel()
    await asyncio.wait([working], timeout=CANCEL_S)
    raise Stopped


async def first_end(
    stopping: asyncio.Event, running: Sequence[asyncio.Task[T]]
) -> list[asyncio.Task[T]]:
    """Return which of *running* have ended, once one has or *stopping* is set."""
    stop = asyncio.create_task(stopping.wait())
    await asyncio.wait([*running, stop], return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    return [task for task in running if task.done()]


def complain(ended: Sequence[asyncio.Task[None]]) -> None:
    """Raise for the first of *ended*, which nobody had stopped: what it was, and why."""
    for task in ended:
        error = task.exception()
        log.critical("%s ended", task.get_name(), exc_info=error)
        if isinstance(error, StoreUnusable):
            raise error
        why = f"{type(error).__name__}: {error}" if error else "nobody knows why"
        raise WorkEnded(f"{task.get_name()} ended: {why}") from error
