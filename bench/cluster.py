"""A PostgreSQL server of our own, as durable as a real one."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rig.port import free_port

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """Run a server in *folder* until the end of the block; its URL is given."""
    home, port = folder / "postgres", free_port()
    home.mkdir()
    if os.geteuid() == 0:
        folder.chmod(0o755)
        shutil.chown(home, "postgres", "postgres")
    data = str(home / "data")
    settings = f"-p {port} -c listen_addresses=127.0.0.1 -k {home}"
    _run("initdb", "-D", data, "-A", "trust", "-U", "postgres")
    _run("pg_ctl", "-D", data, "-w", "-l", f"{home}/log", "-o", settings, "start")
    try:
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        _run("pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")


def _run(program: str, *arguments: str) -> None:
    command = [str(PROGRAMS / program), *arguments]
    if os.geteuid() == 0:
        command = ["runuser", "-u", "postgres", "--", *command]
    subprocess.run(command, check=True, cwd="/", stdout=subprocess.DEVNULL)
