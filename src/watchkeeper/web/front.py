"""Front: all that the web is given of the rest of the program, as one frozen value."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from watchkeeper.core.measure import Measures
from watchkeeper.core.plan import Plan
from watchkeeper.core.secret import Secret
from watchkeeper.core.state import PageState
from watchkeeper.judge.desk import Desk
from watchkeeper.judge.door import Door
from watchkeeper.outside.clock import Clock


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

    *plan* and *state* return the same object until something changes, and so do *measures*, which
    are read anew once a minute. *old_since_at* is the wall moment since which this process cannot
    follow the store, or keep anything in it, 0 while it can. *gap* counts the times that this
    process was stopped; it has to notice a new one by itself, since after a stop the sockets wake
    before the timers. The tokens, and the folder of *assets*, are those of the newest file. *base*
    is the path before every URL of ours, such as `/status`, or empty.
    """

    plan: Callable[[], Plan]
    state: Callable[[], PageState]
    measures: Callable[[], Measures]
    old_since_at: Callable[[], int]
    door: Door
    desk: Desk
    clock: Clock
    reporter_token: Callable[[], Secret]
    manager_token: Callable[[], Secret]
    ready: Callable[[], Readiness]
    gap: Callable[[], int]
    assets: Callable[[], Path]
    base: str = ""
