"""Facts: what a notification says, as a value and as the text that is kept."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from watchkeeper.core.alert import Advance, Alert, Leaving, Member, Return
from watchkeeper.core.flap import Flapped
from watchkeeper.core.moment import Moment
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.status import Status


class Kind(StrEnum):
    """What a notification is about."""

    CHANGED = "changed"
    REMINDER = "reminder"
    OPEN = "open"
    STARTUP = "startup"
    BROKEN = "broken"
    DEAD_LETTER = "dead_letter"
    CAPPED = "capped"
    RESUMED = "resumed"
    FLAPPING = "flapping"
    STABLE = "stable"
    ISOLATED = "isolated"
    UNRESOLVED = "unresolved"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """One thing to say; nothing else enters a message, and equal facts make equal ids.

    *steady* and *at* are its moment, *status* the page's at that moment. *dead* are the
    members of the alert that *subject* and *opened* name, sick ones among them where sick is a
    trouble; *died* and *back* are what changed. Who was a member at the moment of a change or a
    reminder is not kept but asked of the rows of members, so that a storm is not written down
    once for each of its victims. *reminder* is the number of a reminder, and *roused* how many
    targets of a channel it rouses, 0 for all of them. *channel* is the one that a `broken`, a
    `dead_letter` or a `capped` speaks of, *flaps* are the replicas that a `flapping` or a
    `stable` speaks of, *since_at* is the wall moment at which an `isolated` began.
    """

    kind: Kind
    steady: int
    at: int
    status: Status
    subject: str = ""
    opened: int = 0
    opened_at: int = 0
    dead: tuple[Member, ...] = ()
    died: tuple[Member, ...] = ()
    back: tuple[Return, ...] = ()
    closed: Leaving | None = None
    reminder: int = 0
    roused: int = 0
    channel: str = ""
    flaps: tuple[Flapped, ...] = ()
    since_at: int = 0

    @property
    def alert(self) -> tuple[str, int] | None:
        """Return the identity of its alert: the subject, and the moment it opened."""
        return (self.subject, self.opened) if self.opened else None


def of_page(
    kind: Kind, status: Status, now: Moment, *, channel: str = "", since_at: int = 0
) -> Facts:
    """Return something to say *now* that is about no alert, with the *status* of the page."""
    return Facts(
        kind=kind,
        steady=now.steady,
        at=now.at,
        status=status,
        channel=channel,
        since_at=since_at,
    )


def _of_alert(kind: Kind, alert: Alert, status: Status, now: Moment) -> Facts:
    """Return something to say *now* about *alert*."""
    said = of_page(kind, status, now)
    return replace(said, subject=alert.subject, opened=alert.opened, opened_at=alert.opened_at)


def of_advance(step: Advance, status: Status, now: Moment) -> Facts:
    """Return what there is to say of *step*."""
    said = _of_alert(Kind.CHANGED, step.alert, status, now)
    return replace(said, died=step.died, back=step.back, closed=step.alert.closed)


def of_open(alert: Alert, status: Status, now: Moment) -> Facts:
    """Return what a lane that is new while *alert* is open must hear first."""
    said = _of_alert(Kind.OPEN, alert, status, now)
    return replace(said, dead=alert.members, died=alert.members)


def of_reminder(alert: Alert, status: Status, now: Moment, *, escalates: bool) -> Facts:
    """Return what the newest reminder of *alert* says *now*."""
    said = _of_alert(Kind.REMINDER, alert, status, now)
    roused = alert.reminders if escalates else 0
    return replace(said, reminder=alert.reminders, roused=roused)


def of_flaps(
    kind: Kind, flaps: Iterable[Flapped], alert: Alert | None, status: Status, now: Moment
) -> Facts:
    """Return that *flaps* began or ended; *alert* is the open one that goes on with them."""
    said = _of_alert(kind, alert, status, now) if alert else of_page(kind, status, now)
    return replace(said, flaps=tuple(flaps))


def dump(facts: Facts) -> str:
    """Return *facts* as canonical JSON: equal facts, equal text."""
    return json.dumps(
        {
            "kind": facts.kind,
            "steady": facts.steady,
            "at": facts.at,
            "status": int(facts.status),
            "alert": [facts.subject, facts.opened, facts.opened_at],
            "dead": [_dump_member(member) for member in facts.dead],
            "died": [_dump_member(member) for member in facts.died],
            "back": [
                [*_dump_member(one.member), one.back, one.back_at, one.why] for one in facts.back
            ],
            "closed": facts.closed,
            "reminder": facts.reminder,
            "roused": facts.roused,
            "channel": facts.channel,
            "flaps": [_dump_flapped(one) for one in facts.flaps],
            "since_at": facts.since_at,
        },
        ensure_ascii=False,
        separators=(",", ":"),
        sort_keys=True,
    )


def parse(text: str) -> Facts:
    """Return the facts that `dump` wrote as *text*."""
    kept: Mapping[str, Any] = json.loads(text)
    subject, opened, opened_at = kept["alert"]
    return Facts(
        kind=Kind(kept["kind"]),
        steady=kept["steady"],
        at=kept["at"],
        status=Status(kept["status"]),
        subject=subject,
        opened=opened,
        opened_at=opened_at,
        dead=tuple(_parse_member(row) for row in kept["dead"]),
        died=tuple(_parse_member(row) for row in kept["died"]),
        back=tuple(_parse_return(row) for row in kept["back"]),
        closed=Leaving(kept["closed"]) if kept["closed"] else None,
        reminder=kept["reminder"],
        roused=kept["roused"],
        channel=kept["channel"],
        flaps=tuple(_parse_flapped(row) for row in kept["flaps"]),
        since_at=kept["since_at"],
    )


def _dump_member(member: Member) -> list[object]:
    row = [*member.replica, member.died, member.dead_at, member.reason_code]
    if member.was:
        return [*row, int(member.status), *member.was]
    return [*row, *_unless_dead(member.status)]


def _parse_member(row: list[Any]) -> Member:
    service, node, replica, died, dead_at, reason_code, *rest = row
    return Member(
        replica=ReplicaName(service, node, replica),
        died=died,
        dead_at=dead_at,
        reason_code=reason_code,
        status=_or_dead(rest),
        was=ReplicaName(*rest[1:]) if rest[1:] else None,
    )


def _parse_return(row: list[Any]) -> Return:
    *member, back, back_at, why = row
    return Return(member=_parse_member(member), back=back, back_at=back_at, why=Leaving(why))


def _dump_flapped(one: Flapped) -> list[object]:
    row = [*one.replica, int(one.status), one.changes, one.span_ms]
    return [*row, *_unless_dead(one.trouble_from)]


def _parse_flapped(row: list[Any]) -> Flapped:
    service, node, replica, status, changes, span_ms, *trouble_from = row
    return Flapped(
        replica=ReplicaName(service, node, replica),
        status=Status(status),
        changes=changes,
        span_ms=span_ms,
        trouble_from=_or_dead(trouble_from),
    )


def _unless_dead(status: Status) -> list[int]:
    """Return *status* for the end of a row, which says nothing of it where it is the usual one."""
    return [] if status is Status.DEAD else [int(status)]


def _or_dead(rest: list[int]) -> Status:
    return Status(rest[0]) if rest else Status.DEAD
