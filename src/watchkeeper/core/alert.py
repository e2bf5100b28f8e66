"""Alert: a trouble that somebody must hear about, and how it goes on."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple

from watchkeeper.core.moment import Moment
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.status import Status


class Leaving(StrEnum):
    """Why a member is none any more, or why the alert closed.

    One that TURNED is a member again from that moment on, with another status; one that was
    PASSED_OVER is as sick as it was, but sick is no trouble any more.
    """

    RECOVERED = "recovered"
    FLUSHED = "flushed"
    REMOVED = "removed"
    TURNED = "turned"
    PASSED_OVER = "passed_over"


_WEIGHTIEST_FIRST = (
    Leaving.RECOVERED,
    Leaving.TURNED,
    Leaving.REMOVED,
    Leaving.PASSED_OVER,
    Leaving.FLUSHED,
)


class Trouble(NamedTuple):
    """What is wrong with a replica, and why: it is dead, or sick where that is a trouble."""

    reason_code: str
    status: Status = Status.DEAD


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A replica in trouble, as long as its *status* is the same.

    *died* is the steady, *dead_at* the wall moment, in milliseconds, from which it was so. *was* is
    the name that it died under, where it was renamed since.
    """

    replica: ReplicaName
    died: int
    dead_at: int
    reason_code: str = ""
    status: Status = Status.DEAD
    was: ReplicaName | None = None

    @property
    def death(self) -> tuple[ReplicaName, int]:
        """Return what tells its death from all others, whatever it is called by now."""
        return (self.was or self.replica, self.died)

    @property
    def trouble(self) -> Trouble:
        """Return what is wrong with it."""
        return Trouble(self.reason_code, self.status)


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A member that is so no longer; *back* is steady, *back_at* wall milliseconds."""

    member: Member
    back: int
    back_at: int
    why: Leaving

    @property
    def seconds(self) -> int:
        """Return how long it was so, as a difference of steady moments."""
        return (self.back - self.member.died) // 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An open trouble of *subject*. *opened*, a steady moment, is its identity.

    *members* are the replicas in trouble now, as far as they are asked about; it *has_others*
    where there are more. *seq* numbers its notifications, and *reminders* counts those that were
    reminders. *reminded* is the steady moment of the last one, 0 before the first.
    """

    subject: str
    opened: int
    opened_at: int
    members: tuple[Member, ...] = ()
    has_others: bool = False
    seq: int = 0
    reminders: int = 0
    reminded: int = 0
    closed: Leaving | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What a change of members makes of an alert: the news to tell and to save.

    Who turned from sick to dead, or back, is in *died* with the new status and in *back* with
    the old one.
    """

    alert: Alert
    died: tuple[Member, ...] = ()
    back: tuple[Return, ...] = ()


def advance(
    alert: Alert | None,
    subject: str,
    troubles: Mapping[ReplicaName, Trouble],
    now: Moment,
    left: Mapping[ReplicaName, Leaving],
) -> Advance | None:
    """Return how *alert* goes on when *troubles* are those of *subject*, or None.

    They stand in the order of the page; *left* says why a replica is there no more, for those
    that did not recover. Every change of members and of a member's status is news; what is
    told of it, when, and to whom is not decided here.
    """
    if alert is None:
        if not troubles:
            return None
        alert = Alert(subject=subject, opened=now.steady, opened_at=now.at)
    known = {member.replica: member.status for member in alert.members}
    died = tuple(
        Member(replica=name, died=now.steady, dead_at=now.at, **trouble._asdict())
        for name, trouble in troubles.items()
        if known.get(name) is not trouble.status
    )
    back = _over(alert.members, troubles, now, left)
    if not died and not back:
        return None
    known_or_new = {member.replica: member for member in (*alert.members, *died)}
    members = tuple(known_or_new[name] for name in troubles)
    closed = None if members or alert.has_others else _why(back)
    return Advance(
        alert=replace(alert, members=members, seq=alert.seq + 1, closed=closed),
        died=died,
        back=back,
    )


def _over(
    members: Iterable[Member],
    troubles: Mapping[ReplicaName, Trouble],
    now: Moment,
    left: Mapping[ReplicaName, Leaving],
) -> tuple[Return, ...]:
    """Return those of *members* that are not what they were, by their *troubles* now."""
    statuses = {name: trouble.status for name, trouble in troubles.items()}
    whys = {**left, **dict.fromkeys(troubles, Leaving.TURNED)}
    return tuple(
        Return(
            member=member,
            back=now.steady,
            back_at=now.at,
            why=whys.get(member.replica, Leaving.RECOVERED),
        )
        for member in members
        if statuses.get(member.replica) is not member.status
    )


def counted(
    alert: Alert | None,
    troubles: Mapping[ReplicaName, Trouble],
    held: Collection[ReplicaName],
    left: Collection[ReplicaName] = (),
) -> dict[ReplicaName, Trouble]:
    """Return whose trouble counts in *alert*: the *troubles*, as they are.

    Of who is *held* nothing is said, so whatever happens, a member stays what it is and nobody
    else becomes one, until its release shows the truth. Who has *left* stays nothing.
    """
    members = alert.members if alert else ()
    staying = (one for one in members if one.replica in held and one.replica not in left)
    frozen = {one.replica: one.trouble for one in staying}
    return {name: one for name, one in troubles.items() if name not in held} | frozen


def is_news(before: Status, after: Status, trouble_from: Status) -> bool:
    """Return whether a replica that turns from *before* to *after* is something to tell, where
    troubles begin at the status *trouble_from*.
    """
    return before is not after and max(before, after) >= trouble_from


def _why(back: tuple[Return, ...]) -> Leaving:
    """Return why an alert closed by these: one who recovered says more than those who left."""
    whys = {one.why for one in back}
    return next(why for why in _WEIGHTIEST_FIRST if why in whys)
