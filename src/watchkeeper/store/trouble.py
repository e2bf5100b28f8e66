"""Trouble: who is dead or sick now, whose trouble that is, and of whom it may be said."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from watchkeeper.core.alert import Trouble
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import AlertOn
from watchkeeper.core.status import Standing, Status, worst
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.replica import marks

_UP = " r JOIN node n ON n.no = r.node_no JOIN service s ON s.no = n.service_no"
NAMES = f" FROM replica{_UP}"
ORDER = " ORDER BY s.position, s.no, n.position, n.no, r.position, r.no"
_LIVING = "r.gone_at IS NULL AND n.gone_at IS NULL AND s.gone_at IS NULL"
HELD = f"({_LIVING} AND (r.flapping > 0 OR n.maintained_until_at > 0))"
IS_HELD = f"CASE WHEN {HELD} THEN 1 ELSE 0 END"
# Asked for each member by the number of its alert: as a join, PostgreSQL may go through all the
# open alerts for each member, while its statistics know of few.
IN_OPEN = "(SELECT a.page_no = ? AND a.closed_at IS NULL FROM alert a WHERE a.no = m.alert_no)"
SUBJECT = {
    AlertOn.PAGE: "s.page_no",
    AlertOn.SERVICE: "s.no",
    AlertOn.NODE: "n.no",
    AlertOn.REPLICA: "r.no",
}


class Victim(NamedTuple):
    """A replica in trouble, and the number of the subject whose trouble it is.

    While *is_held* nothing is said of it: it flaps, or is under maintenance.
    """

    subject_no: int
    replica_no: int
    name: ReplicaName
    trouble: Trouble
    is_held: bool


class Those(NamedTuple):
    """How a query begins, and reads the *names* of some replicas, r, and their values in it."""

    begins: str
    names: str
    values: Sequence[int]


EVERYBODY = Those("", NAMES, ())


def few(replica_nos: Collection[int]) -> Those:
    """Return how to read the replicas with the numbers *replica_nos* alone.

    They are fetched first, whatever the database believes of its tables: in a storm its
    statistics are old, and it would go through all that has died before.
    """
    fetched = f"SELECT * FROM replica WHERE no IN ({marks(replica_nos)})"
    return Those(f"WITH few AS MATERIALIZED ({fetched}) ", f" FROM few{_UP}", sorted(replica_nos))


def victims(
    cursor: Cursor, page_no: int, alert_on: AlertOn, trouble_from: Status, those: Those
) -> list[Victim]:
    """Return who among *those* is as bad as *trouble_from* or worse, in the order of the page."""
    begins, names, nos = those
    rows = cursor.rows(
        f"{begins}SELECT {SUBJECT[alert_on]}, r.no, {IS_HELD}, r.reason_code, r.status,"
        f" s.key, n.key, r.key{names}"
        f" WHERE r.status > 0 AND r.status >= ? AND +s.page_no = ? AND {_LIVING}{ORDER}",
        (*nos, int(trouble_from), page_no),
    )
    return [
        Victim(subject_no, no, ReplicaName(*name), Trouble(code, Status(status)), bool(is_held))
        for subject_no, no, is_held, code, status, *name in rows
    ]


def said_status(cursor: Cursor, page_no: int) -> Status:
    """Return the page's status as it may be said: of who is held, what was said last."""
    free = next((one for one in (Status.DEAD, Status.SICK) if _is_free(cursor, page_no, one)), None)
    if free is Status.DEAD:
        return free
    frozen = cursor.one(
        f"SELECT COALESCE(MAX(m.status), 0){NAMES} JOIN alert_member m ON m.replica_no = r.no"
        f" WHERE m.back IS NULL AND {IN_OPEN} AND {HELD}",
        (page_no,),
    )
    return worst((free or Status.HEALTHY, Status(frozen[0])))


def is_anybody_blind(cursor: Cursor, page_no: int) -> bool:
    """Return whether we cannot know how somebody of whom we may speak does."""
    row = cursor.row(
        f"SELECT 1{NAMES} WHERE r.standing = ? AND s.page_no = ?"
        f" AND {_LIVING} AND NOT {HELD} LIMIT 1",
        (Standing.BLIND, page_no),
    )
    return row is not None


def _is_free(cursor: Cursor, page_no: int, status: Status) -> bool:
    """Return whether somebody of whom we may speak has *status*; the first one is enough."""
    # The plus keeps SQLite from going through all of the page: trouble is rare, and indexed.
    row = cursor.row(
        f"SELECT 1{NAMES} WHERE r.status > 0 AND r.status = ? AND +s.page_no = ?"
        f" AND {_LIVING} AND NOT {HELD} LIMIT 1",
        (int(status), page_no),
    )
    return row is not None


def subject_of(name: ReplicaName, alert_on: AlertOn) -> str:
    """Return the text that names the subject of *alert_on* which *name* belongs to."""
    parts = {AlertOn.PAGE: 0, AlertOn.SERVICE: 1, AlertOn.NODE: 2, AlertOn.REPLICA: 3}[alert_on]
    return ":".join((str(alert_on), *name[:parts]))
