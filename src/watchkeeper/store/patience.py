"""Patience: how those who need the store go on while it refuses."""

import logging
from collections.abc import Awaitable, Callable

from watchkeeper.outside.clock import Clock
from watchkeeper.store.cursor import Store, Track, Transaction
from watchkeeper.store.errors import StoreRefused

EVERY_MS = 1_000
log = logging.getLogger(__name__)


async def rounds(go_round: Callable[[], Awaitable[int | None]], clock: Clock, trouble: str) -> None:
    """Go round once a second until cancelled, or after as many milliseconds as *go_round* returns.

    A store that refuses is asked again a second later; *trouble* says what cannot be done then.
    """
    while True:
        wait_ms = None
        try:
            wait_ms = await go_round()
        except StoreRefused as error:
            log.debug("%s: %s", trouble, error)
        await clock.sleep(EVERY_MS if wait_ms is None else wait_ms)


async def attempt(work: Awaitable[object], trouble: str) -> None:
    """Await *work*, which is done again at its next time whatever becomes of it now.

    *trouble* says what is not done then. A mistake in it ends nothing else.
    """
    try:
        await work
    except StoreRefused as error:
        log.debug("%s: %s", trouble, error)
    except Exception:
        log.exception("%s; it is tried again", trouble)


async def write_at_last(
    store: Store,
    transaction: Transaction[object],
    clock: Clock,
    trouble: str,
    track: Track = Track.GATE,
) -> None:
    """Write *transaction*, once a second until the store takes it.

    *trouble* says what cannot be written meanwhile.
    """
    while True:
        try:
            await store.write(transaction, track)
        except StoreRefused as error:
            log.debug("%s: %s", trouble, error)
            await clock.sleep(EVERY_MS)
        else:
            return
