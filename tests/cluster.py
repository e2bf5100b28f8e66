"""A PostgreSQL server in which each test has a database of its own."""

from dataclasses import dataclass
from uuid import uuid4

import psycopg

from rig.postgres import Server


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
