"""The rig's own time: milliseconds that look like wall time and never go back."""

import time

_AHEAD = time.time_ns() - time.monotonic_ns()


def now() -> int:
    """Return the rig's moment, comparable with the `…_at` of a program with a true clock."""
    return (_AHEAD + time.monotonic_ns()) // 1_000_000
