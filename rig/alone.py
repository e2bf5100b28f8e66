"""Alone: a network of our own, in which every address there is belongs to this machine."""

import os
import sys

_INSIDE = "RIG_IS_ALONE"
_EVERYTHING_IS_HERE = (
    "ip link set lo up && ip route add local 0.0.0.0/0 dev lo && ip -6 route add local ::/0 dev lo"
)


def is_alone() -> bool:
    """Return whether this process is in a network of its own."""
    return _INSIDE in os.environ


def begin_anew(*arguments: str) -> None:
    """Become the rig with *arguments* in a network of its own: nothing can leave the machine."""
    script = f'PATH=$PATH:/usr/sbin:/sbin; {_EVERYTHING_IS_HERE} && exec "$0" -m rig "$@"'
    command = ["unshare", "-Urn", "sh", "-c", script, sys.executable, *arguments]
    os.execvpe(command[0], command, os.environ | {_INSIDE: "1"})
