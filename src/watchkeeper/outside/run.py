"""Run: scripts of the operator's own, each under a keeper that leaves nothing of it behind."""

import asyncio
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from watchkeeper.outside.failure import NotStarted

MOST_OUTPUT = 64 * 1024
_KEEPER = Path(__file__).with_name("keeper.py")
_MOST_VERDICT = 1_000
_PATIENCE_S = 1.0
_PAUSE_S = 0.005
_NEVER_SHOWN = {"WATCHKEEPER_STORE"}


class Output:
    """What a script says: the last 64 KiB of it."""

    __slots__ = ("_kept", "is_cut")

    def __init__(self) -> None:
        self._kept = bytearray()
        self.is_cut = False

    def add(self, data: bytes) -> None:
        """Keep *data*, and forget what it leaves no room for."""
        self._kept += data
        if len(self._kept) > MOST_OUTPUT:
            del self._kept[:-MOST_OUTPUT]
            self.is_cut = True

    @property
    def text(self) -> str:
        """Return what is kept."""
        return self._kept.decode("utf-8", errors="replace")


@dataclass(frozen=True, slots=True)
class Ended:
    """How a script ended: with an exit *code*, or killed by a *signal* where that is not 0.

    *left* counts the processes of it that could not be ended, for they are not ours.
    """

    code: int
    signal: int
    left: int


class Shell:
    """Runs scripts by `sh`, which does not see the variables that are *hidden*."""

    def __init__(self) -> None:
        self.hidden: frozenset[str] = frozenset()

    async def run(self, text: str, output: Output) -> Ended:
        """Run the script *text* and return how it ended; what it says goes to *output*.

        When this returns, or is cancelled, nothing that the script started still runs.
        Raise NotStarted where it could not be run.
        """
        keeping = _Keeping(output)
        starting = asyncio.ensure_future(self._start(text, keeping))
        try:
            await asyncio.shield(starting)  # a process that half began could not be ended
            return _ended(await keeping.verdict)
        finally:
            await _end(starting, keeping)

    async def _start(self, text: str, keeping: "_Keeping") -> asyncio.SubprocessTransport:
        try:
            with _in_memory(text) as script:
                transport, _ = await asyncio.get_running_loop().subprocess_exec(
                    lambda: keeping,
                    *(sys.executable, "-I", "-S", str(_KEEPER)),
                    stdin=script,
                    env=self._environment(),
                    start_new_session=True,
                )
        except OSError as error:
            raise NotStarted(f"the script could not be started: {error}") from error
        return transport

    def _environment(self) -> dict[str, str]:
        hidden = self.hidden | _NEVER_SHOWN
        return {name: value for name, value in os.environ.items() if name not in hidden}


class _Keeping(asyncio.SubprocessProtocol):
    """The keeper of one script, as we see it.

    Its *verdict* comes first; then it is *gone*; *over* is all when nobody can say more.
    """

    def __init__(self, output: Output) -> None:
        loop = asyncio.get_running_loop()
        self.verdict: asyncio.Future[str] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()
        self.over: asyncio.Future[None] = loop.create_future()
        self._output = output
        self._line = bytearray()
        self._speech: asyncio.ReadTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        pipes = cast("asyncio.SubprocessTransport", transport)
        self._speech = cast("asyncio.ReadTransport", pipes.get_pipe_transport(2))

    def pipe_data_received(self, fd: int, data: bytes) -> None:
        if fd == 1:
            self._line += data[: _MOST_VERDICT - len(self._line)]
            return
        self._output.add(data)
        if self._output.is_cut:
            self._listen_slowly()

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        del exc
        if fd == 1 and not self.verdict.done():
            self.verdict.set_result(self._line.decode(errors="replace").strip())

    def process_exited(self) -> None:
        self.gone.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._speech = None
        self.over.set_result(None)

    def _listen_slowly(self) -> None:
        """Let a script that never stops talking wait for us, instead of us for it."""
        if self._speech is not None:
            self._speech.pause_reading()
            asyncio.get_running_loop().call_later(_PAUSE_S, self._listen_again)

    def _listen_again(self) -> None:
        if self._speech is not None and not self._speech.is_closing():
            self._speech.resume_reading()


@contextmanager
def _in_memory(text: str) -> Iterator[int]:
    """Give a file that holds *text* and has no name: nobody reads it in a list of processes."""
    with open(os.memfd_create("script"), "w+b") as file:  # noqa: PTH123 - it has no path
        file.write(text.strip().encode(errors="replace") + b"\n")
        file.seek(0)
        yield file.fileno()


def _ended(verdict: str) -> Ended:
    match verdict.split():
        case ["exited", code, left]:
            return Ended(int(code), 0, int(left))
        case ["killed", signal, left]:
            return Ended(0, int(signal), int(left))
    why = verdict.removeprefix("unable ") or "its keeper ended before it"
    raise NotStarted(f"the script could not be run: {why}")


async def _end(starting: asyncio.Future[asyncio.SubprocessTransport], keeping: _Keeping) -> None:
    """Let the keeper end the script, if it runs, and wait until all is over.

    A keeper that needs longer goes on by itself: it must not be killed before its work is done.
    """
    try:
        transport = await starting
    except NotStarted:
        return
    if keeping.verdict.cancelled() or not keeping.verdict.done():
        with suppress(ProcessLookupError):
            transport.terminate()
    try:
        await asyncio.wait({keeping.over}, timeout=_PATIENCE_S)
    finally:
        keeping.gone.add_done_callback(lambda _: transport.close())
