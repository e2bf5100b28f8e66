"""Climbing: from changed replicas up to nodes, services, page and alerts, behind the gate."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from watchkeeper.core import facts
from watchkeeper.core.alert import Advance, Alert, Leaving, Moment, advance, counted
from watchkeeper.core.plan import AlertOn
from watchkeeper.core.report import ReplicaName
from watchkeeper.core.status import Status
from watchkeeper.store import alert, gate, history, notification, tree
from watchkeeper.store import replica as replica_rows
from watchkeeper.store.alert import Dead, OpenAlert
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.gate import PageRow
from watchkeeper.store.history import Transition


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

    def alarm(self, left: Mapping[ReplicaName, Leaving] | None = None) -> None:
        """Write how every alert goes on, and what there is to say of it.

        From here on *said* is the status that may be said.
        """
        self.said = alert.said_status(self.cursor, self.page_no)
        alert_on = self.page.alert_on
        dead = alert.dead(self.cursor, self.page_no, alert_on)
        opened = alert.open_alerts(self.cursor, self.page_no)
        known = {one.subject_no: one for kind, one in opened if kind is alert_on}
        victims: dict[int, list[Dead]] = {no: [] for no in known}
        for one in dead:
            victims.setdefault(one.subject_no, []).append(one)
        for subject_no, mine in victims.items():
            self._advance(known.get(subject_no), subject_no, mine, left or {})

    def change_subjects(self, alert_on: AlertOn) -> None:
        """Let alerts be about *alert_on* from now on; those about anything else end."""
        if alert_on is self.page.alert_on:
            return
        self.said = self.page.status
        for kind, one in alert.open_alerts(self.cursor, self.page_no):
            self._remove(kind, one)
        self.page = self.page._replace(alert_on=alert_on)

    def finish(self) -> None:
        """Write the log of all that changed."""
        moment = (self.now.steady, self.now.at)
        history.add(self.cursor, self.page_no, self.page.revision, moment, self.transitions)

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
        dead: Sequence[Dead],
        left: Mapping[ReplicaName, Leaving],
    ) -> None:
        subject = alert.subject_of(dead[0].name, self.page.alert_on) if dead else ""
        codes = {victim.name: victim.reason_code for victim in dead}
        held = {victim.name for victim in dead if victim.is_held} | (one.held if one else set())
        known = one.alert if one else None
        step = advance(known, subject, counted(known, codes, held), self.now, left)
        if step:
            self._save(self.page.alert_on, one, subject_no, step, dead)

    def _remove(self, kind: AlertOn, one: OpenAlert) -> None:
        """End an alert whose kind of subject the plan no longer has."""
        left = dict.fromkeys(one.replica_nos, Leaving.REMOVED)
        step = advance(one.alert, one.alert.subject, {}, self.now, left)
        if step:
            self._save(kind, one, one.subject_no, step, ())

    def _save(
        self,
        kind: AlertOn,
        one: OpenAlert | None,
        subject_no: int,
        step: Advance,
        dead: Sequence[Dead],
    ) -> None:
        new: Alert = step.alert
        if one is None:
            no = alert.insert(self.cursor, self.page_no, kind, subject_no, new)
        else:
            no = one.no
            alert.save(self.cursor, no, new, self.now.at)
        numbers = {victim.name: victim.replica_no for victim in dead}
        alert.save_members(self.cursor, no, step, numbers | (one.replica_nos if one else {}))
        said = facts.of_advance(step, self.said, self.now.steady, self.now.at)
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


def dead_changed(pairs: Iterable[tuple[Status, Status]]) -> bool:
    """Return whether any of the changes *pairs* begins or ends a death."""
    return any((Status.DEAD in pair) for pair in pairs if pair[0] is not pair[1])
