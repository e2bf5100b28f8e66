"""Garbage: what the interpreter looks through again and again, and need not."""

import gc

_NEW_OBJECTS = 20_000
_ROUNDS = 20


def rest() -> None:
    """Let the collector forget all that there is now, for it stays, and come less often.

    Looks leave no circles behind. While hundreds are under way it would otherwise look through
    the whole plan and view every few seconds, for a tenth of a second each time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _ROUNDS, _ROUNDS)
