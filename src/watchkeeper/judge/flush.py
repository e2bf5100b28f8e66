"""Flushing: a reporter says that its replica is no more."""

from dataclasses import dataclass, replace

from watchkeeper.core.alert import Leaving
from watchkeeper.core.name import ReplicaName
from watchkeeper.judge import climb
from watchkeeper.judge.alarm import alarm
from watchkeeper.judge.decide import Case
from watchkeeper.store import audit, history
from watchkeeper.store import replica as replica_rows
from watchkeeper.store import sighting as sighting_rows
from watchkeeper.store.audit import Deed
from watchkeeper.store.cursor import Cursor, Undo


@dataclass(slots=True)
class Flush:
    """The transaction that lets a replica leave the page; its row stays for its return.

    Run again after a commit whose answer was lost, it knows its own deed.
    """

    case: Case
    name: ReplicaName
    node_no: int
    actor: str
    was_done: bool = False

    def __call__(self, cursor: Cursor) -> bool:
        """Return whether the replica was there."""
        case, place = self.case, (self.node_no, self.name.replica)
        decision = climb.enter(cursor, case.page_no, case.now)
        row = replica_rows.find(cursor, [place]).get(place)
        if row is None or row.gone_at is not None:
            raise Undo(self.was_done)
        gone = replace(row, gone_at=case.now.at)
        replica_rows.save(cursor, [gone], decision.page.revision)
        sighting_rows.forget(cursor, [row.no])
        decision.transitions.append(history.leaving(row.no, row.status, Leaving.FLUSHED))
        decision.climb({self.node_no})
        alarm(decision, {row.no}, {self.name: Leaving.FLUSHED})
        decision.finish()
        deed = Deed(self.actor, "flush", before={"replica": str(self.name)})
        audit.add(cursor, decision.now, deed)
        self.was_done = True
        return True
