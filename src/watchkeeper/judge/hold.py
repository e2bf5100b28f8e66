"""Holding: one transaction that begins and ends maintenance, and releases who is stable."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from watchkeeper.core.moment import Moment
from watchkeeper.core.name import NodeName
from watchkeeper.core.plan import Maintenance
from watchkeeper.judge import climb, flapping
from watchkeeper.judge.alarm import alarm_all
from watchkeeper.judge.rules import Rules
from watchkeeper.store import gate
from watchkeeper.store import hold as hold_rows
from watchkeeper.store.cursor import Cursor, Undo
from watchkeeper.store.gate import PageRow


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


def hold(cursor: Cursor, wanted: Holding) -> None:
    """Hold what is *wanted* and nothing else, and say the truth about all that is released."""
    decision = climb.enter(cursor, wanted.page_no, wanted.now)
    change = _change(cursor, wanted, decision.page, decision.now.steady)
    if not change:
        raise Undo(None)
    hold_rows.maintain(cursor, wanted.page_no, change.nodes, decision.page.revision)
    flapping.calm(decision, change.stable)
    alarm_all(decision)
    flapping.say_who_is_stable(decision, change.stable)
    decision.finish()


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
