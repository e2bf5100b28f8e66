"""Hosts: the names that this machine's hosts file lists, each with its own addresses.

c-ares would join all lines that share a name: where `10.0.0.1 cluster node1` and
`10.0.0.2 cluster node2` stand, it knows both addresses for either node.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from ipaddress import ip_address
from pathlib import Path
from types import MappingProxyType

HOSTS_FILE = Path("/etc/hosts")
MOST_BYTES = 16 * 1024 * 1024

_Listed = Mapping[str, tuple[str, ...]]
_Signature = tuple[int, int, int]
_NO_FILE: _Signature = (0, 0, 0)


class Hosts:
    """The hosts file at *path*, which is read anew when it has changed."""

    def __init__(self, path: Path = HOSTS_FILE) -> None:
        self._path = path
        self._signature = _NO_FILE
        self._listed: _Listed = MappingProxyType({})

    async def addresses(self, host: str) -> tuple[str, ...]:
        """Return what the file lists for *host*, in the order of its lines; () for nothing."""
        signature = self._signed()
        if signature != self._signature:
            self._listed = await asyncio.to_thread(listed_in, self._path)
            self._signature = signature
        return self._listed.get(_folded(host), ())

    def _signed(self) -> _Signature:
        """Return what is another number when the file is another."""
        try:
            state = self._path.stat()
        except OSError:
            return _NO_FILE
        return state.st_ino, state.st_mtime_ns, state.st_size


def listed_in(path: Path) -> _Listed:
    """Return the addresses of each name in the hosts file *path*, none where it is unreadable.

    Of a longer file than 16 MiB, what stands beyond them is not read.
    """
    listed: dict[str, dict[str, None]] = {}
    with suppress(OSError), path.open("rb") as file:
        for address, names in _lines(file.read(MOST_BYTES).decode(errors="replace")):
            for name in names:
                listed.setdefault(_folded(name), {})[address] = None
    return {name: tuple(addresses) for name, addresses in listed.items()}


def _lines(text: str) -> Iterator[tuple[str, list[str]]]:
    for line in text.splitlines():
        written, *names = line.partition("#")[0].split() or [""]
        with suppress(ValueError):
            yield str(ip_address(written)), names


def _folded(name: str) -> str:
    return name.rstrip(".").lower()
