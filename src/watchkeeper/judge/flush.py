"""Flushing: a reporter says that its replica is no more."""

from dataclasses import replace

from watchkeeper.core.alert import Leaving
from watchkeeper.core.report import ReplicaName
from watchkeeper.judge import climb
from watchkeeper.judge.decide import Case
from watchkeeper.store import replica as replica_rows
from watchkeeper.store import sighting as sighting_rows
from watchkeeper.store.cursor import Cursor, Undo


def flush(cursor: Cursor, case: Case, name: ReplicaName, node_no: int) -> bool:
    """Let the replica *name* leave the page; return whether it was there.

    Its row stays, and a reporter that returns revives it. Run again after a commit whose
    answer was lost, it knows its own deed by the moment.
    """
    decision = climb.enter(cursor, case.page_no, case.now, case.rules.alert_on)
    row = replica_rows.find(cursor, [(node_no, name.replica)]).get((node_no, name.replica))
    if row is None or row.gone_at is not None:
        raise Undo(row is not None and row.gone_at == case.now.at)
    gone = replace(row, gone_at=case.now.at)
    replica_rows.save(cursor, [gone], decision.page.revision)
    sighting_rows.forget(cursor, [row.no])
    decision.climb({node_no})
    decision.alarm({name: Leaving.FLUSHED})
    decision.finish()
    return True
