"""An oracle: what rows and notifications must be, by a look at everything at once."""

from dataclasses import dataclass, field
from functools import partial

from tests.house import House
from watchkeeper.core.facts import Facts, Kind
from watchkeeper.core.moment import Moment
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import AlertOn
from watchkeeper.core.status import Status
from watchkeeper.judge import climb
from watchkeeper.judge.alarm import alarm_all
from watchkeeper.store.cursor import Cursor, Undo

Death = tuple[ReplicaName, int]
_RANKS = (AlertOn.PAGE, AlertOn.SERVICE, AlertOn.NODE, AlertOn.REPLICA)
_REPLICAS = (
    "SELECT r.no, r.status, r.gone_at IS NULL AND n.gone_at IS NULL AND s.gone_at IS NULL,"
    " r.flapping > 0 OR n.maintained_until_at > 0, s.page_no, s.no, n.no FROM replica r"
    " JOIN node n ON n.no = r.node_no JOIN service s ON s.no = n.service_no"
)
_MEMBERS = (
    "SELECT m.replica_no, m.status, a.kind, a.subject_no FROM alert_member m"
    " JOIN alert a ON a.no = m.alert_no WHERE m.back IS NULL"
)
_NO_WORST = (
    "SELECT n.no FROM node n WHERE n.gone_at IS NULL AND n.status <> COALESCE((SELECT"
    " MAX(r.status) FROM replica r WHERE r.node_no = n.no AND r.gone_at IS NULL), 0)"
    " UNION ALL SELECT s.no FROM service s WHERE s.gone_at IS NULL AND s.status <> COALESCE((SELECT"
    " MAX(n.status) FROM node n WHERE n.service_no = s.no AND n.gone_at IS NULL), 0)"
    " UNION ALL SELECT p.no FROM page p WHERE p.status <> COALESCE((SELECT"
    " MAX(s.status) FROM service s WHERE s.page_no = p.no AND s.gone_at IS NULL), 0)"
)


@dataclass(frozen=True, slots=True)
class Membership:
    """As what a replica is in an open alert, and in which."""

    status: Status
    kind: AlertOn
    subject_no: int


@dataclass(frozen=True, slots=True)
class _Truth:
    """A replica as its row has it; *trouble* is what it would be in an alert, were it not held."""

    is_held: bool
    trouble: Membership | None


@dataclass(slots=True)
class Oracle:
    """Sees that all is as it must be; it remembers what was said last of each who is held."""

    home: House
    held: dict[int, Membership | None] = field(default_factory=dict)

    async def check(self, *, may_leave: bool) -> None:
        """See that everything is what a look at all replicas would make of it.

        Who is held *may_leave* an alert where the plan has changed, and nowhere else.
        """
        await self._check_members(may_leave=may_leave)
        assert await self.home.rows(_NO_WORST) == [], "a branch is not the worst that grows on it"
        await _check_alerts(self.home)
        await _check_said(self.home)
        job = partial(_check_nothing_is_left, page_no=self.home.page_no, now=self.home.now())
        await self.home.store.write(job)

    async def _check_members(self, *, may_leave: bool) -> None:
        rows = await self.home.rows(_MEMBERS)
        members = {
            no: Membership(Status(status), AlertOn(kind), subject_no)
            for no, status, kind, subject_no in rows
        }
        assert len(members) == len(rows), "in two alerts at once"
        truths = await _truths(self.home)
        held = {no: members.get(no) for no, one in truths.items() if one.is_held}
        for no in held.keys() & self.held.keys():
            has_left = held[no] is None and may_leave
            assert has_left or held[no] == self.held[no], "something is said of who is held"
        self.held = held
        free = {no: one.trouble for no, one in truths.items() if not one.is_held}
        assert members == {no: one for no, one in (free | held).items() if one}


async def _truths(home: House) -> dict[int, _Truth]:
    ((alert_on, trouble_from),) = await home.rows("SELECT alert_on, trouble_from FROM page")
    kind = AlertOn(alert_on)
    truths = {}
    for no, status, is_living, is_held, *subjects in await home.rows(_REPLICAS):
        subject_no = (*subjects, no)[_RANKS.index(kind)]
        is_trouble = is_living and status >= trouble_from
        trouble = Membership(Status(status), kind, subject_no) if is_trouble else None
        truths[no] = _Truth(bool(is_living and is_held), trouble)
    return truths


async def _check_alerts(home: House) -> None:
    """See that an alert is open as long as somebody is in it, and all that is said is counted."""
    rows = await home.rows(
        "SELECT a.no, a.seq, a.closed_at IS NULL, EXISTS (SELECT 1 FROM alert_member m"
        " WHERE m.alert_no = a.no AND m.back IS NULL) FROM alert a"
    )
    assert all(bool(is_open) is bool(has_members) for _, _, is_open, has_members in rows)
    seqs: dict[int, list[int]] = {}
    for no, seq in await home.rows(
        "SELECT alert_no, seq FROM notification WHERE seq > 0 ORDER BY no"
    ):
        seqs.setdefault(no, []).append(seq)
    assert seqs == {no: list(range(1, seq + 1)) for no, seq, *_ in rows}


async def _check_said(home: House) -> None:
    """See that whoever follows the notifications knows who is in trouble, and is told once."""
    standing: dict[tuple[str, int], dict[Death, Status]] = {}
    for one in await home.said():
        if one.alert and one.kind is not Kind.OPEN:
            standing[one.alert] = _told(standing.get(one.alert, {}), one)
    rows = await home.rows("SELECT subject, opened FROM alert WHERE closed_at IS NULL")
    assert {key for key, dead in standing.items() if dead} == {tuple(row) for row in rows}


def _told(before: dict[Death, Status], one: Facts) -> dict[Death, Status]:
    """Return who is in trouble once *one* is told, for whoever knew of *before*."""
    assert before or one.died, "something about an alert that is not open"
    back = {gone.member.death for gone in one.back}
    died = {member.death: member.status for member in one.died}
    assert back <= before.keys(), "back, but never dead"
    assert not died.keys() & before.keys(), "dead twice"
    after = {death: status for death, status in before.items() if death not in back} | died
    assert {member.death: member.status for member in one.dead} == after
    assert bool(one.closed) is not bool(after)
    return after


def _check_nothing_is_left(cursor: Cursor, page_no: int, now: Moment) -> None:
    """See that a decision about all replicas adds nothing to those about a few of them."""
    newest = "SELECT MAX(no) FROM notification"
    before = cursor.row(newest)
    alarm_all(climb.enter(cursor, page_no, now))
    assert cursor.row(newest) == before
    raise Undo(None)
