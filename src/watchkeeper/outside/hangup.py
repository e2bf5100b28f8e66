"""Hangup: a SIGHUP that comes before anybody listens to it waits, and ends nothing.

It imports nothing else of ours, since it is asked before the program is even read.
"""

import signal


def hold() -> None:
    """Let each SIGHUP wait until `release`; several that wait are one."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGHUP})


def release() -> None:
    """Hear SIGHUP from now on, at first the one that waits."""
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
