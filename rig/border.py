"""The border between the world and a network in which only the program lives."""

import contextlib
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass

WORLD, MONITOR = "10.77.0.1", "10.77.0.2"
_DROP = (
    "add table inet border\n"
    "add chain inet border in { type filter hook input priority 0; }\n"
    f"add rule inet border in ip saddr {MONITOR} drop\n"
    f"add rule inet border in ip daddr {MONITOR} drop\n"
)


@dataclass(frozen=True, slots=True)
class Border:
    """A network beyond a link; *pid* is the process that keeps it alive."""

    pid: int

    @property
    def wrapper(self) -> tuple[str, ...]:
        """Return what a command is run under, to live beyond the border."""
        return ("nsenter", "-t", str(self.pid), "-n")

    def take_link(self, *, up: bool) -> None:
        """Pull the plug on the monitor's side, or put it in again with its route."""
        self._beyond("ip", "link", "set", "far", "up" if up else "down")
        if up:
            self._beyond("ip", "route", "replace", "default", "via", WORLD)

    def swallow(self) -> None:
        """Let everything that the monitor sends be lost on the way, without a word."""
        _run("nft", "-f", "-", given=_DROP)

    def let_through(self) -> None:
        """End `swallow`."""
        _run("nft", "delete", "table", "inet", "border")

    def _beyond(self, *command: str) -> None:
        _run(*self.wrapper, *command)


@contextlib.contextmanager
def border() -> Iterator[Border]:
    """Yield a border around a new network; what lives there must have ended before."""
    keeper = subprocess.Popen(["unshare", "-n", "sleep", "3600"])
    try:
        made = Border(keeper.pid)
        _wait_for_network(keeper.pid)
        _run("ip", "link", "add", "near", "type", "veth", "peer", "name", "far", "netns",
             str(keeper.pid))  # fmt: skip
        _run("ip", "address", "add", f"{WORLD}/24", "dev", "near")
        _run("ip", "link", "set", "near", "up")
        for setting in (
            ("address", "add", f"{MONITOR}/24", "dev", "far"),
            ("link", "set", "lo", "up"),
        ):
            _run(*made.wrapper, "ip", *setting)
        made.take_link(up=True)
        yield made
    finally:
        keeper.kill()
        keeper.wait()


def _wait_for_network(pid: int) -> None:
    """Wait until the process has left our network for its own."""
    ours = _network("self")
    while _network(str(pid)) == ours:
        pass


def _network(pid: str) -> str:
    done = subprocess.run(
        ["readlink", f"/proc/{pid}/ns/net"], check=True, capture_output=True, text=True
    )
    return done.stdout


def _run(*command: str, given: str = "") -> None:
    subprocess.run(command, input=given, text=True, check=True)
