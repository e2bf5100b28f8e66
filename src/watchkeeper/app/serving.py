"""Serving: from a config that was loaded to a process that serves it until it is told to stop."""

import asyncio
import logging
import os
import signal
import sys
import threading
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from watchkeeper import __version__
from watchkeeper.app.kinds import kinds, warnings
from watchkeeper.app.process import App
from watchkeeper.app.works import Stopped, unless_stopped
from watchkeeper.app.world import world
from watchkeeper.config.check import report
from watchkeeper.config.load import Loaded, load
from watchkeeper.config.problems import BadConfig
from watchkeeper.config.server import Inet, Server
from watchkeeper.judge.ground import break_ground
from watchkeeper.outside import hangup
from watchkeeper.outside.notice import tell
from watchkeeper.store.errors import StoreError
from watchkeeper.store.opening import open_to_serve
from watchkeeper.store.place import beside, is_postgres, shown

STOP_S = 10
_ENDINGS = (signal.SIGTERM, signal.SIGINT, signal.SIGQUIT)
log = logging.getLogger("watchkeeper")


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """What a process is started with: the file of its *config*, the *url* of its store, where
    it listens, and whether it may *force* its plan on the database of another.
    """

    config: Path
    url: str
    inet: Inet
    force: bool


def log_to_stderr(server: Server) -> None:
    """Begin to log, as *server* wants it."""
    logging.basicConfig(
        stream=sys.stderr,
        level=_level(server),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
    )


async def serve(start: Start, loaded: Loaded) -> None:
    """Serve what was *loaded* until a signal ends it; SIGHUP has the config read anew.

    Raise what `App.serve` raises.
    """
    store = await open_to_serve(start.url)
    signals = _Signals()
    outside = world(loaded)
    tell(*outside.proxies.notices)
    breaking = break_ground(outside, store, is_alone=not is_postgres(start.url))
    try:
        ground = await unless_stopped(signals.stopping, breaking)
        process = App(ground, loaded, _unrecorded(start), signals.stopping)
        await _serve(start, process, signals, loaded.server)
    except Stopped:
        log.info("told to stop before anything was served")
    finally:
        await outside.close()
        await store.close()


async def _serve(start: Start, process: App, signals: "_Signals", began_with: Server) -> None:
    reload = _reload_at(signals.hangup, process, start.config, began_with)
    reloading = asyncio.create_task(reload)

    def ready(port: int) -> None:
        place = f"http://{replace(start.inet, port=port)}/ from {start.config}"
        tell(f"watchkeeper {__version__}: {place}, kept in {shown(start.url)}")

    await process.serve(start.inet.host, start.inet.port, ready, force=start.force)
    reloading.cancel()


def _unrecorded(start: Start) -> Path:
    """Return the file of what is unrecorded: each process beside a shared database has one."""
    return beside(start.url, start.config, os.environ).with_suffix(f".{start.inet.port}.unrecorded")


class _Signals:
    """What the signals to this process ask for, from here on: *stopping*, and *hangup*."""

    def __init__(self) -> None:
        self.stopping = asyncio.Event()
        self.hangup = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        for number in _ENDINGS:
            self._loop.add_signal_handler(number, self._stop)
        self._loop.add_signal_handler(signal.SIGHUP, self.hangup.set)
        hangup.release()

    def _stop(self) -> None:
        """Stop cleanly; a second signal ends the process at once, as does what hangs in the end."""
        for number in _ENDINGS:
            self._loop.add_signal_handler(number, os._exit, 1)
        last = threading.Timer(STOP_S, os._exit, (1,))
        last.daemon = True
        last.start()
        self.stopping.set()


async def _reload_at(asked: asyncio.Event, process: App, config: Path, began_with: Server) -> None:
    """Read *config* anew whenever *asked*, one after another: the last reads the newest text."""
    while True:
        await asked.wait()
        asked.clear()
        await _reload(process, config, began_with)


async def _reload(process: App, config: Path, began_with: Server) -> None:
    try:
        loaded = await process.reload(partial(asyncio.to_thread, load, config, kinds(), os.environ))
    except BadConfig as bad:
        tell(*report(bad.problems), "the config is not taken: the old one goes on")
    except StoreError as error:
        tell(f"the config is not taken, the old one goes on: {error}")
    except Exception as error:
        log.exception("a reload broke")
        tell(f"the config is not taken, the old one goes on: {type(error).__name__}: {error}")
    else:
        logging.getLogger().setLevel(_level(loaded.server))
        tell(*report(loaded.notices), *warnings(loaded))
        tell(f"{config} is taken", *_later(began_with, loaded.server))


def _later(began_with: Server, now: Server) -> list[str]:
    """Return what to say of keys that a running process cannot change."""
    keys = [key for key in ("inet", "store") if getattr(began_with, key) != getattr(now, key)]
    named = " and ".join(keys)
    return [f"[server] {named}: changed, to be taken at the next start"] if keys else []


def _level(server: Server) -> int:
    names = logging.getLevelNamesMapping()
    known = {"OFF": logging.CRITICAL + 1, "TRACE": logging.DEBUG}
    return (known | names)[server.log_level.upper()]
