"""Ports for servers that are started a little later: nobody else is given the same meanwhile."""

import os
import random
import socket
from fcntl import LOCK_EX, flock
from pathlib import Path
from tempfile import gettempdir

_FIRST, _END = 12_000, 32_000
"""Below those that the system gives to whoever connects, or asks for any."""
_LAST_GIVEN = Path(gettempdir()) / f"ports-{os.getuid()}"


def free_port() -> int:
    """Return a port that nobody listens on, another at each call of whichever process."""
    with _LAST_GIVEN.open("a+") as file:
        flock(file, LOCK_EX)
        file.seek(0)
        port = _after(int(file.read() or random.randrange(_FIRST, _END)))
        while not _is_free(port):
            port = _after(port)
        file.truncate(0)
        file.write(str(port))
    return port


def _after(port: int) -> int:
    return port + 1 if port + 1 < _END else _FIRST


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("", port))
        except OSError:
            return False
    return True
