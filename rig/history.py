"""The history: every event with the rig's moment, from which alone the checker judges."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar


class Health(StrEnum):
    """What a service, a reporter or a local daemon really is."""

    HEALTHY = "healthy"
    SICK = "sick"
    DEAD = "dead"
    SILENT = "silent"
    GONE = "gone"

    @property
    def is_dead(self) -> bool:
        """Return whether somebody must hear of it."""
        return self in {Health.DEAD, Health.SILENT}

    @property
    def shown(self) -> str:
        """Return the word that the page has for it."""
        return "dead" if self.is_dead else str(self)


class Act(StrEnum):
    """What was done to a process, or to the database under it."""

    START = "start"
    READY = "ready"
    KILL = "kill"
    STOP = "stop"
    RELOAD = "reload"
    FREEZE = "freeze"
    THAW = "thaw"
    CRASH = "crash"
    RECOVER = "recover"
    STEP = "step"


@dataclass(frozen=True, slots=True)
class Deed:
    """Something was done to *who*; *how* is for the reader."""

    at: int
    act: Act
    who: str
    how: str = ""


@dataclass(frozen=True, slots=True)
class Turned:
    """The truth about *replica* became *health*."""

    at: int
    replica: str
    health: Health


@dataclass(frozen=True, slots=True)
class Dropped:
    """At this moment the file did not name *replica* any more."""

    at: int
    replica: str


@dataclass(frozen=True, slots=True)
class Looked:
    """A fake service was visited at *at*, and answered as *health* at *until*."""

    at: int
    until: int
    replica: str
    health: Health


@dataclass(frozen=True, slots=True)
class Reported:
    """A report or a flush (`GONE`) was sent; *acked* is when its 2xx came, None without one.

    *number* is carried by the report, so that the store can be asked for it.
    """

    at: int
    acked: int | None
    replica: str
    health: Health
    number: int
    to: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Received:
    """A request reached the receiver of *channel*, which met it with *fault*.

    *taken* says that the receiver acts on it; *clear* that the sender can know how it went.
    """

    at: int
    channel: str
    fault: str
    taken: bool
    clear: bool
    body: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Return the id that all repeats of the message share."""
        return str(self.body["id"])


@dataclass(frozen=True, slots=True)
class Found:
    """What the store held between *at* and *until*: the number of each replica's last report."""

    at: int
    until: int
    numbers: Mapping[str, int]


Event = Deed | Turned | Dropped | Looked | Reported | Received | Found
E = TypeVar("E", Deed, Turned, Dropped, Looked, Reported, Received, Found)


@dataclass(slots=True)
class History:
    """Events in the order in which they were noted."""

    events: list[Event] = field(default_factory=list)

    def note(self, event: Event) -> None:
        """Keep *event*."""
        self.events.append(event)

    def of(self, kind: type[E]) -> Iterator[E]:
        """Yield the events of one kind, by the moment at which they began."""
        found = [event for event in self.events if isinstance(event, kind)]
        return iter(sorted(found, key=lambda event: event.at))

    def keep(self, file: Path) -> None:
        """Write every event as a line of JSON."""
        file.write_text("".join(_lines(self.events)))


def _lines(events: Iterable[Event]) -> Iterator[str]:
    for event in events:
        yield json.dumps({"event": type(event).__name__.lower(), **asdict(event)}) + "\n"
