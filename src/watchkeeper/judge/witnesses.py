"""Witnesses: what a queue said leaves with it, when the plan asks it no more."""

from collections.abc import Iterator

from watchkeeper.core.plan import Plan
from watchkeeper.core.report import Source
from watchkeeper.judge import decide
from watchkeeper.judge.climb import Decision
from watchkeeper.store import replica as replica_rows
from watchkeeper.store import sighting as sighting_rows


def dismiss(decision: Decision, plan: Plan) -> None:
    """Let go of what queues said of nodes that they are not the queue of by *plan*."""
    gone = list(_gone(decision, plan))
    if not gone:
        return
    cursor = decision.cursor
    nos = {no for no, _ in gone}
    sighting_rows.delete(cursor, gone)
    rows = replica_rows.by_no(cursor, nos)
    spoken = decide.spoken_of(cursor, nos)
    decide.keep(decision, decide.rejudge(rows, spoken, {}, decision.now.at))


def _gone(decision: Decision, plan: Plan) -> Iterator[tuple[int, Source]]:
    planned = {
        name: node.queue.source if node.queue and plan.broker else None
        for name, node in plan.nodes()
    }
    for name, kept in sighting_rows.of_queues(decision.cursor, decision.page_no):
        source = kept.sighting.source
        if planned.get(name.of_node) != source:
            yield kept.replica_no, source
