"""PostgreSQL servers of the rig's own: in folders of their own, on free ports."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from rig.port import free_port

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_SETTINGS = """
listen_addresses = '127.0.0.1,127.0.0.2'
unix_socket_directories = ''
max_wal_senders = 4
wal_keep_size = '256MB'
hot_standby = on
"""


@dataclass(slots=True)
class Server:
    """One server; *folder* belongs to it alone."""

    folder: Path
    port: int = 0

    def __post_init__(self) -> None:
        self.port = self.port or free_port()

    @property
    def url(self) -> str:
        """Return where its database is."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def create(self) -> None:
        """Make a new, empty server."""
        self._own()
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-U", "postgres", "--no-sync")
        self._write(_SETTINGS)

    def copy(self, primary: "Server") -> None:
        """Make a server that follows *primary* asynchronously."""
        self._own()
        source = ["-h", "127.0.0.1", "-p", str(primary.port), "-U", "postgres"]
        self._run("pg_basebackup", "-D", str(self._data), "-R", "-X", "stream", *source)
        self._write(_SETTINGS)

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = str(self.folder / "log")
        self._run(
            "pg_ctl", "-D", str(self._data), "-w", "-l", log, "-o", f"-p {self.port}", "start"
        )

    def stop(self) -> None:
        """End the server."""
        if self._pid_file.exists():
            self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def kill(self) -> None:
        """End the postmaster and all its children with SIGKILL."""
        pid = int(self._pid_file.read_text().split()[0])
        family = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        for one in family:
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        while any(map(_lives, family)):
            time.sleep(0.02)
        self._pid_file.unlink()

    def promote(self) -> None:
        """Let a standby go on by itself."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "promote")

    def deafen(self) -> None:
        """Let a standby hear no more: what its primary commits from now on will be lost."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=1'")
            connection.execute("SELECT pg_reload_conf()")
            while connection.execute("SELECT pid FROM pg_stat_wal_receiver").fetchone():
                time.sleep(0.1)

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    @property
    def _pid_file(self) -> Path:
        return self._data / "postmaster.pid"

    def _own(self) -> None:
        self.folder.mkdir(parents=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")

    def _write(self, settings: str) -> None:
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(settings)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(_PROGRAMS[-1] / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)


@contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Run a new server in *folder*, and end it when it is left."""
    server = Server(folder)
    server.create()
    server.start()
    try:
        yield server
    finally:
        server.stop()


def _lives(pid: int) -> bool:
    """Return whether a process does anything still; one that nobody buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
