"""Climbing: from changed replicas up to nodes, services, page and alerts, behind the gate."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from watchkeeper.core import facts
from watchkeeper.core.alert import Advance, Alert, Leaving, Member, advance, counted
from watchkeeper.core.moment import Moment
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import AlertOn, Policy
from watchkeeper.core.status import Status
from watchkeeper.store import alert, gate, history, member, notification, tree, trouble
from watchkeeper.store import replica as replica_rows
from watchkeeper.store.alert import OpenAlert
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.gate import PageRow
from watchkeeper.store.history import Transition
from watchkeeper.store.trouble import Victim


@dataclass(slots=True, kw_only=True)
class Decision:
    """A transaction that has entered the gate, and what it has changed so far."""

    cursor: Cursor
    page_no: int
    page: PageRow
    now: Moment
    said: Status = Status.HEALTHY
    transitions: list[Transition] = field(default_factory=list)

    def climb(self, node_nos: Collection[int]) -> None:
        """Write what the replicas of *node_nos* add up to, all the way to the page."""
        service_nos = self._climb_nodes(node_nos)
        if service_nos:
            self._climb_services(service_nos)

    def alarm(
        self,
        replica_nos: Collection[int] | None = None,
        left: Mapping[ReplicaName, Leaving] | None = None,
    ) -> None:
        """Write how alerts go on, and what there is to say of it, by what is true of the
        replicas with these numbers now; of all replicas where they are None.

        From here on *said* is the status that may be said.
        """
        self.said = trouble.said_status(self.cursor, self.page_no)
        alert_on, trouble_from = self.page.alert_on, self.page.trouble_from
        victims = trouble.victims(self.cursor, self.page_no, alert_on, trouble_from, replica_nos)
        known = {one.subject_no: one for one in self._open_alerts(replica_nos)}
        by_subject: dict[int, list[Victim]] = {no: [] for no in known}
        for victim in victims:
            by_subject.setdefault(victim.subject_no, []).append(victim)
        for subject_no, mine in by_subject.items():
            self._advance(known.get(subject_no), subject_no, mine, left or {})

    def change_policy(self, policy: Policy) -> None:
        """Let alerts be about what *policy* says from now on.

        Those about anything else end, and who is no longer in trouble by it is a member no more.
        """
        before = self.page
        self.page = before._replace(alert_on=policy.alert_on, trouble_from=policy.trouble_from)
        if self.page == before:
            return
        self.said = self.page.status
        for kind, one in alert.open_alerts(self.cursor, self.page_no):
            if kind is not policy.alert_on:
                self._dismiss(kind, one, one.alert.members, Leaving.REMOVED)
                continue
            spared = [mine for mine in one.alert.members if mine.status < policy.trouble_from]
            self._dismiss(kind, one, spared, Leaving.PASSED_OVER)

    def finish(self) -> None:
        """Write the log of all that changed."""
        moment = (self.now.steady, self.now.at)
        history.add(self.cursor, self.page_no, self.page.revision, moment, self.transitions)

    def _open_alerts(self, replica_nos: Collection[int] | None) -> list[OpenAlert]:
        alert_on = self.page.alert_on
        if replica_nos is not None:
            return alert.of_replicas(self.cursor, self.page_no, alert_on, replica_nos)
        opened = alert.open_alerts(self.cursor, self.page_no)
        return [one for kind, one in opened if kind is alert_on]

    def _climb_nodes(self, node_nos: Collection[int]) -> set[int]:
        worst = replica_rows.worst_by_node(self.cursor, node_nos)
        nodes = tree.nodes_by_no(self.cursor, node_nos)
        changed = self._changed("node", nodes, worst)
        tree.save_nodes(self.cursor, changed, self.page.revision)
        return {node.parent for node in changed}

    def _climb_services(self, service_nos: Collection[int]) -> None:
        worst = tree.worst_by_service(self.cursor, service_nos)
        services = tree.services_by_no(self.cursor, service_nos)
        changed = self._changed("service", services, worst)
        tree.save_services(self.cursor, changed, self.page.revision)
        status = tree.worst_of_page(self.cursor, self.page_no)
        if status is not self.page.status:
            gate.save_status(self.cursor, self.page_no, status, self.now.at)
            self.transitions.append(Transition("page", self.page_no, self.page.status, status))
            self.page = self.page._replace(status=status)

    def _changed(
        self, kind: str, branches: Sequence[tree.Branch], worst: Mapping[int, Status]
    ) -> list[tree.Branch]:
        changed = []
        for branch in branches:
            status = worst.get(branch.no, Status.HEALTHY)
            if status is not branch.status:
                self.transitions.append(Transition(kind, branch.no, branch.status, status))
                changed.append(branch._replace(status=status, since_at=self.now.at))
        return changed

    def _advance(
        self,
        one: OpenAlert | None,
        subject_no: int,
        victims: Sequence[Victim],
        left: Mapping[ReplicaName, Leaving],
    ) -> None:
        subject = trouble.subject_of(victims[0].name, self.page.alert_on) if victims else ""
        troubles = {victim.name: victim.trouble for victim in victims}
        held = {victim.name for victim in victims if victim.is_held} | (one.held if one else set())
        known = one.alert if one else None
        step = advance(known, subject, counted(known, troubles, held), self.now, left)
        if step:
            self._save(self.page.alert_on, one, subject_no, step, victims)

    def _dismiss(
        self, kind: AlertOn, one: OpenAlert, leaving: Iterable[Member], why: Leaving
    ) -> None:
        """Let members leave an alert whatever they are, because the plan has changed."""
        left = dict.fromkeys((member.replica for member in leaving), why)
        members = one.alert.members
        staying = {mine.replica: mine.trouble for mine in members if mine.replica not in left}
        step = advance(one.alert, one.alert.subject, staying, self.now, left)
        if step:
            self._save(kind, one, one.subject_no, step, ())

    def _save(
        self,
        kind: AlertOn,
        one: OpenAlert | None,
        subject_no: int,
        step: Advance,
        victims: Sequence[Victim],
    ) -> None:
        new: Alert = step.alert
        if one is None:
            no = alert.insert(self.cursor, self.page_no, kind, subject_no, new)
        else:
            no = one.no
            alert.save(self.cursor, no, new, self.now.at)
        numbers = {victim.name: victim.replica_no for victim in victims}
        member.save(self.cursor, no, step, numbers | (one.replica_nos if one else {}))
        said = facts.of_advance(step, self.said, self.now)
        notification.insert(self.cursor, self.page_no, said, row=(no, new.seq))


def enter(cursor: Cursor, page_no: int, now: Moment) -> Decision:
    """Return a decision about the page at *now*, once it is its turn."""
    page = gate.enter(cursor, page_no, now.steady)
    return Decision(
        cursor=cursor,
        page_no=page_no,
        page=page,
        now=now.moved_to(page.steady),  # a decision that waited here is not older for it
    )
