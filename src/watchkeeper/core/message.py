"""Message: the words that one lane sends, a value made from facts alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from watchkeeper.core.flap import Flapped
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.status import Status


class MessageKind(StrEnum):
    """What a message is for its receivers, in the ancestors' words."""

    STARTUP = "startup"
    CHANGED = "changed"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """A member that came back from *status*, or left it for another one.

    *told* is False when that it was so was not delivered before.
    """

    replica: ReplicaName
    dead_at: int
    back_at: int
    seconds: int
    told: bool
    why: str
    status: Status = Status.DEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertNews:
    """What a message says of one alert. *since_at* is wall milliseconds.

    *dead* are all who are in trouble, *died* those of them of whom that was not told before.
    *turned* were sick and then dead, or the other way round.
    """

    id: str
    subject: str
    since_at: int
    dead: tuple[ReplicaName, ...]
    died: tuple[ReplicaName, ...] = ()
    recovered: tuple[Recovered, ...] = ()
    turned: tuple[Recovered, ...] = ()
    is_closed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message. *at* is the wall time, in milliseconds, of the newest fact in it.

    *replicas* are all that are in trouble: dead, but for those that are *sick*, where that is a
    trouble; *reasons* are public words for them.
    *id* is equal in all repeats. *resumed* were called dead while nothing could be recorded,
    and are not. *flapping* are replicas of which no more is said until they are *stable*, which
    is said with their status. *notes* are sentences about the monitor itself. *is_urgent* where its
    receiver is to be roused: a reminder that escalated to that target.
    """

    id: str
    kind: MessageKind
    status: Status
    at: int
    page_title: str
    page_url: str
    replicas: tuple[ReplicaName, ...] = ()
    sick: frozenset[ReplicaName] = frozenset()
    alerts: tuple[AlertNews, ...] = ()
    reasons: Mapping[str, str]
    resumed: tuple[Recovered, ...] = ()
    flapping: tuple[Flapped, ...] = ()
    stable: tuple[Flapped, ...] = ()
    notes: tuple[str, ...] = ()
    is_unrecorded: bool = False
    reminder: int = 0
    is_urgent: bool = False

    @property
    def recovered(self) -> tuple[Recovered, ...]:
        """Return every replica that came back, alert by alert, then those without one."""
        return tuple(back for alert in self.alerts for back in alert.recovered) + self.resumed

    @property
    def turned(self) -> tuple[Recovered, ...]:
        """Return what those who turned were before, alert by alert."""
        return tuple(back for alert in self.alerts for back in alert.turned)

    def status_of(self, name: ReplicaName) -> Status:
        """Return how the one of *replicas* that is called *name* does."""
        return Status.SICK if name in self.sick else Status.DEAD
