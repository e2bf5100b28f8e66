"""Alert: a trouble that somebody must hear about, and how it goes on."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from watchkeeper.core.report import ReplicaName


class Leaving(StrEnum):
    """Why a member left an alert, or why the alert closed."""

    RECOVERED = "recovered"
    FLUSHED = "flushed"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A dead replica in an alert. *died* is steady, *dead_at* wall milliseconds."""

    replica: ReplicaName
    died: int
    dead_at: int
    reason_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Return:
    """A member that is one no longer; *back* is steady, *back_at* wall milliseconds."""

    member: Member
    back: int
    back_at: int
    why: Leaving

    @property
    def seconds(self) -> int:
        """Return how long it was dead, as a difference of steady moments."""
        return (self.back - self.member.died) // 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """An open trouble of *subject*. *opened*, a steady moment, is its identity.

    *members* are the replicas that are dead now; *seq* numbers its notifications, and
    *reminders* counts those that were reminders. *reminded* is the steady moment of the last
    one, 0 before the first.
    """

    subject: str
    opened: int
    opened_at: int
    members: tuple[Member, ...] = ()
    seq: int = 0
    reminders: int = 0
    reminded: int = 0
    closed: Leaving | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One instant in both times, milliseconds: *steady* decides, *at* is shown."""

    steady: int
    at: int

    def moved_to(self, steady: int) -> "Moment":
        """Return the instant that is *steady*, shown as far from this one as it is."""
        return Moment(steady=steady, at=self.at + steady - self.steady)


@dataclass(frozen=True, slots=True, kw_only=True)
class Advance:
    """What a change of members makes of an alert: the news to tell and to save."""

    alert: Alert
    died: tuple[Member, ...] = ()
    back: tuple[Return, ...] = ()


def advance(
    alert: Alert | None,
    subject: str,
    dead: Mapping[ReplicaName, str],
    now: Moment,
    left: Mapping[ReplicaName, Leaving],
) -> Advance | None:
    """Return how *alert* goes on when *dead* are the dead replicas of *subject*, or None.

    *dead* maps each, in the order of the page, to its reason code; *left* says why a replica
    is there no more, for those that did not recover. Every change of members is news; what
    is told of it, when, and to whom is not decided here.
    """
    if alert is None:
        if not dead:
            return None
        alert = Alert(subject=subject, opened=now.steady, opened_at=now.at)
    known = {member.replica for member in alert.members}
    died = tuple(
        Member(replica=name, died=now.steady, dead_at=now.at, reason_code=code)
        for name, code in dead.items()
        if name not in known
    )
    back = tuple(
        Return(
            member=member,
            back=now.steady,
            back_at=now.at,
            why=left.get(member.replica, Leaving.RECOVERED),
        )
        for member in alert.members
        if member.replica not in dead
    )
    if not died and not back:
        return None
    known_or_new = {member.replica: member for member in (*alert.members, *died)}
    members = tuple(known_or_new[name] for name in dead)
    closed = None if members else _why(back)
    return Advance(
        alert=replace(alert, members=members, seq=alert.seq + 1, closed=closed),
        died=died,
        back=back,
    )


def counted(
    alert: Alert | None, dead: Mapping[ReplicaName, str], held: Collection[ReplicaName]
) -> dict[ReplicaName, str]:
    """Return who counts as dead in *alert*, each with the reason code: *dead*, as they are.

    Of who is *held* nothing is said, so whatever happens, a member stays one and nobody else
    becomes one, until its release shows the truth.
    """
    members = alert.members if alert else ()
    frozen = {one.replica: one.reason_code for one in members if one.replica in held}
    return {name: code for name, code in dead.items() if name not in held} | frozen


def _why(back: tuple[Return, ...]) -> Leaving:
    whys = {one.why for one in back}
    if Leaving.RECOVERED in whys:
        return Leaving.RECOVERED
    return max(whys)
