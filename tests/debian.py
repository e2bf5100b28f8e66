"""Real servers, as Debian packages them: on loopback, in folders of their own, without rights."""

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.running import eventually

END_S = 20.0


def account() -> pwd.struct_passwd:
    """Return whose rights the servers have: never root's."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())


@contextmanager
def folder(kind: str) -> Iterator[Path]:
    """A folder that the servers' account may read; give it away by `hand_over`.

    Whom a server left behind may still write there while the folder goes: that is no failure.
    """
    with TemporaryDirectory(prefix=f"{kind}-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)
        yield Path(name)


def hand_over(folder: Path) -> None:
    """Let the servers' account own everything in *folder*."""
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, account().pw_uid, account().pw_gid)


@contextmanager
def running(
    command: list[str], folder: Path, is_ready: Callable[[], bool], **environ: str
) -> Iterator[None]:
    """Run *command* from the moment at which it is ready to the end of the block."""
    hand_over(folder)
    who = account()
    with (folder / "output").open("w") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={"HOME": str(folder), "PATH": f"{os.environ['PATH']}:/usr/sbin", **environ},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=who.pw_uid,
            group=who.pw_gid,
        )
    try:
        eventually(lambda: process.poll() is not None or is_ready())
        assert process.poll() is None, (folder / "output").read_text()
        yield
    finally:
        process.terminate()
        try:
            process.wait(END_S)
        finally:
            process.kill()
            process.wait()


def listens(port: int) -> bool:
    """Return whether anybody takes connections on *port*."""
    with closing(socket.socket()) as sock:
        sock.settimeout(1)
        return sock.connect_ex(("127.0.0.1", port)) == 0
