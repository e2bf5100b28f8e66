"""A disk: a small one of our own, which can be filled to its last byte."""

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_INSIDE = "RIG_MOUNTS_ALONE"
_SIZE = "16m"
_BLOCK = bytes(4096)


def may_mount() -> bool:
    """Return whether this process mounts for itself alone."""
    return _INSIDE in os.environ


def begin_anew(*arguments: str) -> None:
    """Become the rig with *arguments* where whatever is mounted ends with it."""
    command = ["unshare", "-Urm", sys.executable, "-m", "rig", *arguments]
    os.execvpe(command[0], command, os.environ | {_INSIDE: "1"})


@dataclass(frozen=True, slots=True)
class Disk:
    """A small disk, mounted at *folder*."""

    folder: Path

    def fill(self) -> None:
        """Leave no room."""
        with self._ballast.open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(_BLOCK)
            except OSError as error:
                if error.errno != errno.ENOSPC:
                    raise

    def make_room(self) -> None:
        """Give the room back that `fill` took."""
        self._ballast.unlink()

    @property
    def _ballast(self) -> Path:
        return self.folder / "ballast"


@contextmanager
def mounted(folder: Path) -> Iterator[Disk]:
    """Make an empty disk in memory at *folder*, and take it away after."""
    folder.mkdir()
    options = ["-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs"]
    subprocess.run(["mount", *options, str(folder)], check=True)
    try:
        yield Disk(folder)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)
