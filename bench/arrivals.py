"""Arrivals: targets that note when each request comes; those under `/hang` never answer.

`python -m bench.arrivals PORT FILE [CERTIFICATE KEY]` writes a line for each, its path and the
milliseconds since boot, when it is ended.
"""

import asyncio
import signal
import ssl
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import uvloop

from rig.port import free_port

_ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_BACKLOG = 4_096
_NOTED: list[tuple[str, int]] = []
Arrivals = dict[str, list[int]]


class _Target(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        now = time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000
        path = data.split(b" ", 2)[1].decode().partition("?")[0]
        _NOTED.append((path, now))
        if not path.startswith("/hang"):
            self._transport.write(_ANSWER)
            self._transport.close()


@contextmanager
def targets(folder: Path, certificate: Path | None = None) -> Iterator[tuple[str, Path]]:
    """Run the targets until the end of the block; give their URL, and where the arrivals go."""
    port, file = free_port(), folder / "arrivals"
    command = [sys.executable, "-m", "bench.arrivals", str(port), str(file)]
    if certificate:
        command += [str(certificate), str(certificate.with_suffix(".key"))]
    with subprocess.Popen(command) as process:
        try:
            yield f"http{'s' if certificate else ''}://127.0.0.1:{port}", file
        finally:
            process.terminate()


def read(file: Path) -> Arrivals:
    """Return the arrivals at each path, in their order."""
    found: Arrivals = defaultdict(list)
    for line in file.read_text().splitlines():
        path, at = line.split()
        found[path].append(int(at))
    return found


async def _serve(port: int, tls: Sequence[str]) -> None:
    loop = asyncio.get_running_loop()
    security = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH) if tls else None
    if security:
        security.load_cert_chain(*tls)
    await loop.create_server(_Target, "127.0.0.1", port, ssl=security, backlog=_BACKLOG)
    ended = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    await ended.wait()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1]), sys.argv[3:]))
    Path(sys.argv[2]).write_text("".join(f"{path} {at}\n" for path, at in _NOTED))
