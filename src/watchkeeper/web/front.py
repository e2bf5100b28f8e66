"""Front: all that the web is given of the rest of the program, as one frozen value."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from watchkeeper.core.announcement import Announcement
from watchkeeper.core.measure import Measures
from watchkeeper.core.plan import Plan
from watchkeeper.core.report import ReplicaName, Report
from watchkeeper.core.secret import Secret
from watchkeeper.core.state import PageState
from watchkeeper.judge.passage import Passage
from watchkeeper.outside.clock import Clock


class Door(Protocol):
    """Where reports enter. Both answers follow the commit; raise StoreRefused without one."""

    def take(self, name: ReplicaName, report: Report) -> Passage:
        """Take *report* about *name*."""

    def flush(self, name: ReplicaName, actor: str) -> Awaitable[bool]:
        """Take *name* off the page on the word of *actor*; False when it is not known."""


class Desk(Protocol):
    """What people write and order. Answers follow the commit; StoreRefused without one."""

    async def announce(self, new: Announcement, actor: str) -> bool:
        """Show *new* to the public; return False where there is no room for it."""

    async def retract(self, identity: str, actor: str) -> bool:
        """Take an announcement back; return whether it was there."""

    async def announcements(self) -> Sequence[Announcement]:
        """Return all that are shown or will be, in the order of writing."""

    async def mute(self, seconds: int, actor: str) -> None:
        """Remind nobody for *seconds* from now; 0 ends a mute."""

    async def muted_s(self) -> int:
        """Return for how many seconds more nobody is reminded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    """Whether this process can do its work, part by part."""

    plan: bool
    store: bool
    socket: bool

    def missing(self) -> tuple[str, ...]:
        """Return the names of the parts that are not ready."""
        parts = {"plan": self.plan, "store": self.store, "socket": self.socket}
        return tuple(name for name, is_ready in parts.items() if not is_ready)


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """What the web needs.

    *plan* and *state* return the same object until something changes, and so do *measures*,
    which are read anew once a minute. *is_old* is true when
    this process has not followed the store for 10 s; *followed_at* is the wall time, in
    milliseconds, at which it last did. *gap* counts the times that this process was stopped;
    it has to notice a new one by itself, since after a stop the sockets wake before the
    timers. The tokens, and the folder of *assets*, are those of the newest file. *base* is the
    path before every URL of ours, such as `/status`, or empty.
    """

    plan: Callable[[], Plan]
    state: Callable[[], PageState]
    measures: Callable[[], Measures]
    is_old: Callable[[], bool]
    followed_at: Callable[[], int]
    door: Door
    desk: Desk
    clock: Clock
    reporter_token: Callable[[], Secret]
    manager_token: Callable[[], Secret]
    ready: Callable[[], Readiness]
    gap: Callable[[], int]
    assets: Callable[[], Path]
    base: str = ""
