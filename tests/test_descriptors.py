"""F8: descriptors run out, on both sides of the real program, and nobody is called dead for it."""

import resource
import socket
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

from rig.port import free_port
from tests.running import eventually, is_ready, start, stop, write_config

LIMIT = 128
NONE_MORE = 3
"""What is beside its standard streams it keeps, and gets no other."""

TARGETS = 300
CLIENTS = 200
HEARD, BLIND = ("replica WHERE standing = 0", "replica WHERE standing = 2")
DEATHS = "transition WHERE kind = 'replica' AND new = 2"


def allow(process: "subprocess.Popen[str]", many: int) -> None:
    """Let *process* have so many files and sockets open, and no more."""
    resource.prlimit(process.pid, resource.RLIMIT_NOFILE, (many, LIMIT))


@contextmanager
def accepting() -> Iterator[int]:
    """The port of a server that takes every connection and lets go of it."""
    with socket.create_server(("127.0.0.1", 0), backlog=1_000) as listener:

        def accept() -> None:
            try:
                while True:
                    listener.accept()[0].close()
            except OSError:
                return

        thread = threading.Thread(target=accept)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def crowded(folder: Path, port: int, target: int) -> Path:
    """A config of many replicas, all at *target*."""
    config = write_config(folder, port=port, target=target)
    one = f'"tcp://127.0.0.1:{target}'
    many = ", ".join(f'{one}?{number}"' for number in range(TARGETS))
    config.write_text(config.read_text().replace(f'{one}"', many))
    return config


def count(store: Path, what: str) -> int:
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        [(number,)] = connection.execute(f"SELECT COUNT(*) FROM {what}")
    return int(number)


def test_descriptors_that_run_out_make_nobody_dead(tmp_path: Path) -> None:
    port, store = free_port(), tmp_path / "my.db"
    with accepting() as target, ExitStack() as crowd:
        config = crowded(tmp_path, port, target)
        process = start(tmp_path, "serve", "-c", config, "--store", store)
        allow(process, LIMIT)
        try:
            eventually(lambda: process.poll() is not None or is_ready(port))
            eventually(lambda: count(store, HEARD) == TARGETS)
            for _ in range(CLIENTS):
                crowd.enter_context(socket.create_connection(("127.0.0.1", port)))
            allow(process, NONE_MORE)
            eventually(lambda: count(store, BLIND) == TARGETS)
            crowd.pop_all().close()
            allow(process, LIMIT)
            eventually(lambda: count(store, HEARD) == TARGETS)
            eventually(lambda: is_ready(port))
        finally:
            code = stop(process)
    assert (code, count(store, DEATHS)) == (0, 0)
