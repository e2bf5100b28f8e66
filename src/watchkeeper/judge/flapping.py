"""Flapping: changes are counted behind the gate, and who flaps is held until it is stable."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from watchkeeper.core import flap
from watchkeeper.core.alert import is_news
from watchkeeper.core.facts import Facts, Kind
from watchkeeper.core.flap import Flapped
from watchkeeper.core.report import ReplicaName, Report
from watchkeeper.core.status import Standing, Status
from watchkeeper.judge.climb import Decision
from watchkeeper.judge.rules import Rules
from watchkeeper.store import history, hold, notification
from watchkeeper.store import replica as replica_rows
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.replica import ReplicaRow


@dataclass(frozen=True, slots=True)
class Turn:
    """A replica before and after a decision, and the report that turned it, if one did."""

    before: ReplicaRow
    after: ReplicaRow
    report: Report | None = None

    @property
    def is_change(self) -> bool:
        """Return whether its status is another one now."""
        return self.before.status is not self.after.status

    def is_told(self, trouble_from: Status) -> bool:
        """Return whether it died or came back, or whatever else is told of it."""
        return is_news(self.before.status, self.after.status, trouble_from)

    @property
    def begins_to_flap(self) -> bool:
        """Return whether it flaps from now on."""
        return bool(self.after.flap.since and not self.before.flap.since)


def count_changes(decision: Decision, rules: Rules, turns: Sequence[Turn]) -> list[Turn]:
    """Return *turns* with every death and every return counted, and all else that is told.

    Who falls sick and then dies has changed once, and once more on the way back. Under
    maintenance changes are expected: nobody begins to flap there.
    """
    counting = _counting(decision, turns)
    node_nos = {turn.after.node_no for turn in turns if turn.after.no in counting}
    nodes = hold.nodes(decision.cursor, node_nos) if node_nos else {}

    def counted(turn: Turn) -> Turn:
        node, is_maintained = nodes[turn.after.node_no]
        if is_maintained and not turn.after.flap.since:
            return turn
        after = flap.changed(turn.after.flap, decision.now.steady, rules.flap(*node))
        return replace(turn, after=replace(turn.after, flap=after))

    return [counted(turn) if turn.after.no in counting else turn for turn in turns]


def _counting(decision: Decision, turns: Iterable[Turn]) -> set[int]:
    """Return the numbers of the replicas whose turn is a change of its own."""
    trouble_from = decision.page.trouble_from
    told = {turn.after.no: turn for turn in turns if turn.is_told(trouble_from)}
    if trouble_from is not Status.SICK:
        return set(told)
    halfway = {
        no
        for no, turn in told.items()
        if turn.before.status is Status.SICK and not turn.before.flap.since
    }
    origins = history.origins(decision.cursor, halfway) if halfway else {}
    goes_on = {no for no, origin in origins.items() if origin is not told[no].after.status}
    return told.keys() - goes_on


def say_who_flaps(decision: Decision, turns: Iterable[Turn]) -> None:
    """Write who of *turns* flaps from now on, which is the last that is said of it for long."""
    new = [turn for turn in turns if turn.begins_to_flap]
    nodes = hold.nodes(decision.cursor, {turn.after.node_no for turn in new}) if new else {}
    flaps = [
        Flapped(
            replica=ReplicaName(*nodes[turn.after.node_no].name, turn.after.key),
            status=turn.before.status,
            changes=len(turn.after.flap.moments),
            span_ms=decision.now.steady - turn.after.flap.moments[0],
            trouble_from=decision.page.trouble_from,
        )
        for turn in new
    ]
    _say(decision, Kind.FLAPPING, flaps)


def stable(
    cursor: Cursor, page_no: int, hears_since: int, now: int, rules: Rules
) -> list[hold.Held]:
    """Return who flapped and may be spoken of again at the steady moment *now*."""
    return [
        held
        for held in hold.flapping(cursor, page_no)
        if held.row.standing is not Standing.BLIND
        and flap.is_over(
            held.row.flap, hears_since, now, rules.flap(held.name.service, held.name.node)
        )
    ]


def calm(decision: Decision, released: Sequence[hold.Held]) -> None:
    """Let those *released* be spoken of again."""
    rows = [replace(one.row, flap=flap.calmed(one.row.flap)) for one in released]
    replica_rows.save(decision.cursor, rows, decision.page.revision)


def say_who_is_steady(decision: Decision, released: Sequence[hold.Held]) -> None:
    """Write the truth about those *released*, also where it is what was said last."""
    trouble_from = decision.page.trouble_from
    flaps = [
        Flapped(replica=one.name, status=one.row.status, trouble_from=trouble_from)
        for one in released
    ]
    _say(decision, Kind.STEADY, flaps)


def _say(decision: Decision, kind: Kind, flaps: Sequence[Flapped]) -> None:
    if not flaps:
        return
    said = Facts(
        kind=kind,
        steady=decision.now.steady,
        at=decision.now.at,
        status=decision.said,
        flaps=tuple(flaps),
    )
    notification.insert(decision.cursor, decision.page_no, said)
