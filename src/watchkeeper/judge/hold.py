"""Holding: what begins and ends maintenance, and releases who is stable, a slice at a time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import chain

from watchkeeper.core.moment import Moment
from watchkeeper.core.name import NodeName
from watchkeeper.core.plan import Maintenance
from watchkeeper.judge import climb, flapping
from watchkeeper.judge.alarm import alarm
from watchkeeper.judge.rules import Rules
from watchkeeper.store import gate
from watchkeeper.store import hold as hold_rows
from watchkeeper.store.cursor import Cursor, Undo
from watchkeeper.store.gate import PageRow

AT_ONCE = 1_000
"""About so many replicas are held or released by one transaction, and others wait for it."""

GATHER_MS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """What is to be held at *now*: the nodes *maintained*, as the plan of *digest* wants it."""

    page_no: int
    digest: str
    rules: Rules
    maintained: Mapping[NodeName, Maintenance]
    now: Moment


@dataclass(frozen=True, slots=True)
class _Change:
    nodes: dict[NodeName, Maintenance | None] = field(default_factory=dict)
    stable: list[hold_rows.Held] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.nodes or self.stable)


def is_due(cursor: Cursor, wanted: Holding) -> bool:
    """Return whether anything is held that should not be, or the other way round."""
    return bool(_change(cursor, wanted, gate.read(cursor, wanted.page_no), wanted.now.steady))


def hold(cursor: Cursor, wanted: Holding) -> bool:
    """Hold what is *wanted* and nothing else, and say the truth about all that is released.

    That is one slice of it; return whether anything is left for the next one. Meanwhile nobody
    speaks, so that a release is one message, as long as the next one comes soon.
    """
    decision = climb.enter(cursor, wanted.page_no, wanted.now)
    change = _change(cursor, wanted, decision.page, decision.now.steady)
    if not change:
        raise Undo(False)
    nos = _replica_nos(cursor, wanted.page_no, change)
    mine = _Change({name: change.nodes[name] for name in nos}, change.stable[:AT_ONCE])
    hold_rows.maintain(cursor, wanted.page_no, mine.nodes, decision.page.revision)
    flapping.calm(decision, mine.stable)
    alarm(decision, {*chain.from_iterable(nos.values()), *(one.row.no for one in mine.stable)})
    flapping.say_who_is_stable(decision, mine.stable)
    decision.finish()
    gate.gather(cursor, wanted.page_no, decision.now.steady + GATHER_MS if mine != change else 0)
    return mine != change


def _replica_nos(cursor: Cursor, page_no: int, change: _Change) -> dict[NodeName, list[int]]:
    """Return the first of the nodes that *change*, each with the numbers of its replicas."""
    names = sorted(change.nodes)[:AT_ONCE]
    known = hold_rows.replica_nos(cursor, page_no, names)
    taken: dict[NodeName, list[int]] = {}
    count = 0
    for name in names:
        taken[name] = known.get(name, [])
        count += len(taken[name])
        if count >= AT_ONCE:
            break
    return taken


def _change(cursor: Cursor, wanted: Holding, page: PageRow, now: int) -> _Change:
    if page.plan_hash != wanted.digest:
        return _Change()
    page_no = wanted.page_no
    known = hold_rows.maintained(cursor, page_no)
    nodes: dict[NodeName, Maintenance | None] = {
        name: one for name, one in wanted.maintained.items() if known.get(name) != one
    }
    for name in known.keys() - wanted.maintained.keys():
        # Whoever just started knows what was true when it stopped, and that is no news.
        if now - page.hears_since >= wanted.rules.round_ms(name):
            nodes[name] = None
    return _Change(nodes, flapping.stable(cursor, page_no, page.hears_since, now, wanted.rules))
