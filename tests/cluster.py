"""A PostgreSQL server in which each test has a database of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import psycopg

from rig.postgres import Server, running


@dataclass(frozen=True, slots=True)
class Cluster:
    """A running *server*."""

    server: Server

    def database(self) -> str:
        """Return the URL of a new, empty database."""
        name = f"t{uuid4().hex}"
        with psycopg.connect(self.server.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.server.url.removesuffix("postgres") + name


@contextmanager
def running_server() -> Iterator[Server]:
    """Run a server in a folder that its account may reach."""
    with TemporaryDirectory(prefix="postgres-") as base:
        Path(base).chmod(0o755)
        with running(Path(base) / "server") as server:
            yield server
