"""Unresolved: one message that names cannot be resolved, in place of a death for each of them."""

from collections.abc import Sequence

from watchkeeper.core.facts import Kind, of_page
from watchkeeper.core.status import Standing
from watchkeeper.judge.climb import Decision
from watchkeeper.judge.ruling import Ruling
from watchkeeper.store import notification, trouble
from watchkeeper.store import replica as replica_rows
from watchkeeper.store.replica import ReplicaRow

RESOLVER = "resolver"
QUIET_MS = 600_000
"""How long a resolver that fails anew is no news: nobody was told that it was well meanwhile."""


def say_that_names_fail(decision: Decision, rulings: Sequence[Ruling]) -> None:
    """Write that our resolver fails, where *rulings* hold the first replicas that are blind for it.

    Whoever else goes blind for it is no news, whichever worker looks at it, and after a restart.
    """
    new = [
        ruling
        for ruling in rulings
        if _is_unresolved(ruling.after) and not _is_unresolved(ruling.before)
    ]
    if not new or _is_known(decision, len(new)):
        return
    last = notification.last_said(decision.cursor, decision.page_no, Kind.UNRESOLVED)
    if last and decision.now.steady - last < QUIET_MS:
        return
    status = trouble.said_status(decision.cursor, decision.page_no)
    said = of_page(Kind.UNRESOLVED, status, decision.now)
    notification.insert(decision.cursor, decision.page_no, said)


def _is_unresolved(row: ReplicaRow) -> bool:
    return row.standing is Standing.BLIND and row.reason_code == RESOLVER


def _is_known(decision: Decision, new: int) -> bool:
    """Return whether anybody but the *new* ones is blind for our resolver."""
    blind = replica_rows.blind_for(decision.cursor, decision.page_no, RESOLVER, most=new + 1)
    return blind > new
