"""Garbage: what the interpreter looks through again and again, and need not."""

import gc

_NEW_OBJECTS = 20_000
_ROUNDS = 20


def come_less_often() -> None:
    """Have the collector come less often, from the first object of a plan on.

    The plan and its view stay: to look through them while they are made would be a fifth of the
    work of a start with 20,000 nodes.
    """
    gc.set_threshold(_NEW_OBJECTS, _ROUNDS, _ROUNDS)


def rest() -> None:
    """Let the collector forget all that there is now, for it stays.

    Looks leave no circles behind. While hundreds are under way it would otherwise look through
    the whole plan and view every few seconds, for a tenth of a second each time.
    """
    gc.collect()
    gc.freeze()
