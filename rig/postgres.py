"""PostgreSQL servers of the rig's own: in folders of their own, on free ports."""

import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg

from rig.program import free_port

_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
_START_S = 30.0
_SETTINGS = """
listen_addresses = '127.0.0.1'
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
        self._run("initdb", "-D", str(self._data), "-A", "trust", "-U", "postgres")
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
        if (self._data / "postmaster.pid").exists():
            self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "-w", "stop")

    def kill(self) -> None:
        """End the postmaster with SIGKILL; its children follow when they notice."""
        pid = int((self._data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGKILL)
        self._wait_for_the_children()

    def promote(self) -> None:
        """Let a standby go on by itself."""
        self._run("pg_ctl", "-D", str(self._data), "-w", "promote")

    def pause_replay(self) -> None:
        """Let a standby take in nothing more: what the primary commits now will be lost."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("SELECT pg_wal_replay_pause()")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _own(self) -> None:
        self.folder.mkdir(parents=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")

    def _write(self, settings: str) -> None:
        with (self._data / "postgresql.conf").open("a") as file:
            file.write(settings)

    def _wait_for_the_children(self) -> None:
        """A server starts anew only when nobody uses its shared memory any more."""
        until = time.monotonic() + _START_S
        while time.monotonic() < until:
            found = subprocess.run(
                ["pgrep", "-f", f"{self._data}"], capture_output=True, check=False
            )
            if found.returncode:
                return
            time.sleep(0.1)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(_PROGRAMS[-1] / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)
