"""Alarm: how alerts go on, by who is in trouble now, and what there is to say of it."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from watchkeeper.core import facts
from watchkeeper.core.alert import Advance, Leaving, Trouble, advance, counted
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import AlertOn, Policy
from watchkeeper.judge.climb import Decision
from watchkeeper.store import alert, member, notification, trouble
from watchkeeper.store.alert import OpenAlert
from watchkeeper.store.member import Stepped
from watchkeeper.store.notification import AlertRow
from watchkeeper.store.trouble import EVERYBODY, Those, Victim, few

Left = Mapping[ReplicaName, Leaving]
"""Why those are there no more who did not recover."""

_NOBODY: Left = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class _Concern:
    """A subject of alerts: its open one, if there is one, and who of it is in trouble now."""

    alert_on: AlertOn
    subject_no: int
    known: OpenAlert | None
    victims: Sequence[Victim] = ()

    def troubles(self, left: Left) -> dict[ReplicaName, Trouble]:
        """Return the troubles that count, since something may be said of them."""
        troubles = {victim.name: victim.trouble for victim in self.victims}
        held = {victim.name for victim in self.victims if victim.is_held}
        if self.known is None:
            return counted(None, troubles, held)
        return counted(self.known.alert, troubles, held | self.known.held, left)

    def numbers(self) -> dict[ReplicaName, int]:
        """Return the number of everybody who is in the alert, or comes into it."""
        numbers = {victim.name: victim.replica_no for victim in self.victims}
        return numbers | (self.known.replica_nos if self.known else {})

    def alert_no(self, new: Mapping[int, int]) -> int:
        """Return the number of its alert; *new* are those that were just written."""
        return self.known.no if self.known else new[self.subject_no]


class _News(NamedTuple):
    """A concern whose alert goes on, and how."""

    concern: _Concern
    step: Advance


def alarm(decision: Decision, replica_nos: Collection[int], left: Left = _NOBODY) -> None:
    """Write how alerts go on by what is true now of the replicas with these numbers.

    From here on the decision's *said* is the status that may be said.
    """
    alert_on = decision.page.alert_on
    opened = alert.of_replicas(decision.cursor, decision.page_no, alert_on, replica_nos)
    _compare(decision, opened, _victims(decision, few(replica_nos)), left)


def alarm_all(decision: Decision, left: Left = _NOBODY) -> None:
    """Write how alerts go on, as `alarm` does, by what is true now of all replicas."""
    opened = alert.open_alerts(decision.cursor, decision.page_no)
    mine = [one for kind, one in opened if kind is decision.page.alert_on]
    _compare(decision, mine, _victims(decision, EVERYBODY), left)


def change_policy(decision: Decision, policy: Policy) -> dict[ReplicaName, Leaving]:
    """Let alerts be about what *policy* says from now on, and end those about anything else.

    Return who is in no trouble any more by it, and so no member once all are alarmed.
    """
    before, trouble_from = decision.page, policy.trouble_from
    decision.page = before._replace(alert_on=policy.alert_on, trouble_from=trouble_from)
    if decision.page == before:
        return {}
    decision.said = trouble.said_status(decision.cursor, decision.page_no)
    spared: dict[ReplicaName, Leaving] = {}
    ended: list[_News | None] = []
    for kind, one in alert.open_alerts(decision.cursor, decision.page_no):
        members = one.alert.members
        if kind is policy.alert_on:
            sparing = (mine.replica for mine in members if mine.status < trouble_from)
            spared |= dict.fromkeys(sparing, Leaving.PASSED_OVER)
            continue
        removed = dict.fromkeys((mine.replica for mine in members), Leaving.REMOVED)
        ended.append(_news(decision, _Concern(kind, one.subject_no, one), {}, removed))
    _write(decision, ended)
    return spared


def _victims(decision: Decision, those: Those) -> list[Victim]:
    page = decision.page
    return trouble.victims(
        decision.cursor, decision.page_no, page.alert_on, page.trouble_from, those
    )


def _compare(
    decision: Decision, opened: Sequence[OpenAlert], victims: Sequence[Victim], left: Left
) -> None:
    """Let each alert of *opened*, or a new one, go on with its own of *victims*."""
    decision.said = trouble.said_status(decision.cursor, decision.page_no)
    known = {one.subject_no: one for one in opened}
    by_subject: dict[int, list[Victim]] = {no: [] for no in known}
    for victim in victims:
        by_subject.setdefault(victim.subject_no, []).append(victim)
    news = []
    for no, mine in by_subject.items():
        concern = _Concern(decision.page.alert_on, no, known.get(no), mine)
        news.append(_news(decision, concern, concern.troubles(left), left))
    _write(decision, news)


def _news(
    decision: Decision, concern: _Concern, troubles: Mapping[ReplicaName, Trouble], left: Left
) -> _News | None:
    """Return what *troubles* make of the alert, if that is news."""
    known, victims = concern.known, concern.victims
    subject = trouble.subject_of(victims[0].name, concern.alert_on) if victims else ""
    step = advance(known.alert if known else None, subject, troubles, decision.now, left)
    return _News(concern, step) if step else None


def _write(decision: Decision, found: Iterable[_News | None]) -> None:
    """Write how alerts go on and the notifications of that, in few statements for thousands."""
    cursor, page_no = decision.cursor, decision.page_no
    news = [one for one in found if one]
    new = {one.concern.subject_no: one.step.alert for one in news if one.concern.known is None}
    numbers = alert.insert(cursor, page_no, decision.page.alert_on, new)
    steps = [Stepped(concern.alert_no(numbers), step, concern.numbers()) for concern, step in news]
    known = [(concern.known.no, step.alert) for concern, step in news if concern.known]
    alert.save(cursor, known, decision.now.at)
    member.save(cursor, steps)
    said = [
        (
            facts.of_advance(one.step, decision.said, decision.now),
            AlertRow(one.alert_no, one.step.alert.seq),
        )
        for one in steps
    ]
    notification.insert_all(cursor, page_no, said)
