"""The real world that tests stand on: a PostgreSQL of our own, and a store on each database."""

import asyncio
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from watchkeeper.store.cursor import Store
from watchkeeper.store.opening import open_to_serve

POSTGRES = Path("/usr/lib/postgresql/15/bin")
OpenStore = Callable[[], Any]


class Cluster:
    """A PostgreSQL server in a folder of its own, on a free port of the loopback."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]

    def start(self) -> None:
        """Make the server and wait until it answers."""
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "-D", f"{self.folder}/data", "-A", "trust", "-U", "postgres", "-N")
        settings = f"-p {self.port} -c listen_addresses=127.0.0.1 -c fsync=off -k {self.folder}"
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-l", f"{self.folder}/log",
                  "-o", settings, "start")  # fmt: skip

    def stop(self) -> None:
        """End the server."""
        self._run("pg_ctl", "-D", f"{self.folder}/data", "-w", "-m", "immediate", "stop")

    def url(self, database: str = "postgres") -> str:
        """Return the URL of *database*."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{database}"

    def create(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"t{uuid4().hex}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def _run(self, program: str, *arguments: str) -> None:
        command = [str(POSTGRES / program), *arguments]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    folder = tmp_path_factory.mktemp("postgres")
    for parent in (folder, *folder.parents):
        if parent.owner() != "root" or parent == Path("/tmp"):
            break
        parent.chmod(0o755)
    running = Cluster(folder)
    running.start()
    yield running
    running.stop()


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database, once on each kind."""
    if request.param == "sqlite":
        return str(tmp_path / "store.db")
    server: Cluster = request.getfixturevalue("cluster")
    return server.create()


@pytest.fixture
def open_store(store_url: str) -> OpenStore:
    """Open the same database anew, as another process or a later start would."""
    return partial(_opened, store_url)


@asynccontextmanager
async def _opened(url: str) -> AsyncIterator[Store]:
    store = await open_to_serve(url)
    try:
        yield store
    finally:
        await store.close()


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run an asynchronous test to its end."""
    asyncio.run(asyncio.wait_for(main(), 60))
