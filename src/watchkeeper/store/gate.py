"""The gate: whoever decides takes the page's row first, so that decisions have one order."""

from typing import NamedTuple

from watchkeeper.core.plan import AlertOn, Policy
from watchkeeper.core.status import Status
from watchkeeper.store.cursor import Cursor, Row
from watchkeeper.store.errors import StoreRefused


class PageRow(NamedTuple):
    """The page's row. *steady* and *hears_since* are steady, *since_at* wall milliseconds;
    *is_reconciled* says that nothing is left of a plan before that of *plan_hash*. Alerts are
    about *alert_on*, and *trouble_from* is the least status that is a trouble. Nobody is reminded
    before the steady moment *muted_until*.
    """

    revision: int
    steady: int
    hears_since: int
    status: Status
    since_at: int
    plan_hash: str
    is_reconciled: bool
    alert_on: AlertOn
    trouble_from: Status
    muted_until: int


_COLUMNS = ", ".join(PageRow._fields)
# Never the same moment twice: a moment tells two outages apart that follow within 1 ms.
_GATE = f"""
UPDATE page SET revision = revision + 1, steady = CASE WHEN steady < ? THEN ? ELSE steady + 1 END
 WHERE no = ? RETURNING {_COLUMNS}
"""


def enter(cursor: Cursor, page_no: int, steady: int) -> PageRow:
    """Take the page until the end of this transaction, and count its revision up."""
    row = cursor.row(_GATE, (steady, steady, page_no))
    if row is None:
        raise StoreRefused(f"page {page_no} is gone from the database")
    return _page_row(row)


def read(cursor: Cursor, page_no: int) -> PageRow:
    """Return the page's row without taking it."""
    row = cursor.row(f"SELECT {_COLUMNS} FROM page WHERE no = ?", (page_no,))
    if row is None:
        raise StoreRefused(f"page {page_no} is gone from the database")
    return _page_row(row)


def hear_anew(cursor: Cursor, page_no: int, steady: int) -> None:
    """Let all silence count from *steady*: before, nobody could be heard for sure."""
    cursor.run(
        "UPDATE page SET hears_since = ? WHERE no = ? AND hears_since < ?",
        (steady, page_no, steady),
    )


def save_status(cursor: Cursor, page_no: int, status: Status, at: int) -> None:
    """Write the page's new *status*, which holds since the wall time *at*."""
    cursor.run("UPDATE page SET status = ?, since_at = ? WHERE no = ?", (status, at, page_no))


def save_mute(cursor: Cursor, page_no: int, until: int) -> None:
    """Write until which steady moment nobody is reminded; 0 ends a mute."""
    cursor.run("UPDATE page SET muted_until = ? WHERE no = ?", (until, page_no))


def gather(cursor: Cursor, page_no: int, until: int) -> None:
    """Let lanes wait for the rest of a decision until that steady moment; 0: there is none.

    Whoever decides the rest must say so again; where nobody does, what is decided is told.
    """
    cursor.run("UPDATE page SET gathers_until = ? WHERE no = ?", (until, page_no))


def gathers_until(cursor: Cursor, page_no: int) -> int:
    """Return until which steady moment the rest of a decision is waited for, 0 if none is."""
    row = cursor.one("SELECT gathers_until FROM page WHERE no = ?", (page_no,))
    return int(row[0])


def add_plan(cursor: Cursor, page_no: int, plan_hash: str) -> None:
    """Write which plan was added last; what it does not have is yet to be removed."""
    cursor.run(
        "UPDATE page SET plan_hash = ?, is_reconciled = 0 WHERE no = ?", (plan_hash, page_no)
    )


def save_plan(cursor: Cursor, page_no: int, plan_hash: str, policy: Policy) -> None:
    """Write which plan the rows of the page agree with, and what its alerts are about."""
    cursor.run(
        "UPDATE page SET plan_hash = ?, is_reconciled = 1, alert_on = ?, trouble_from = ?"
        " WHERE no = ?",
        (plan_hash, str(policy.alert_on), int(policy.trouble_from), page_no),
    )


def _page_row(row: Row) -> PageRow:
    page = PageRow(*row)
    return page._replace(
        status=Status(page.status),
        is_reconciled=bool(page.is_reconciled),
        alert_on=AlertOn(page.alert_on),
        trouble_from=Status(page.trouble_from),
    )
