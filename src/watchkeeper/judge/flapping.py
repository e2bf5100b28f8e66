"""Flapping: changes are counted behind the gate, and who flaps is held until it is stable."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from watchkeeper.core import facts, flap
from watchkeeper.core.alert import Alert
from watchkeeper.core.facts import Kind
from watchkeeper.core.flap import Flapped
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.status import Standing, Status
from watchkeeper.judge.climb import Decision
from watchkeeper.judge.rules import Rules
from watchkeeper.judge.ruling import Ruling
from watchkeeper.store import alert, history, hold, notification
from watchkeeper.store import replica as replica_rows
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.notification import AlertRow


def count_changes(decision: Decision, rules: Rules, rulings: Sequence[Ruling]) -> list[Ruling]:
    """Return *rulings* with every death and every return counted, and all else that is told.

    Who falls sick and then dies has changed once, and once more on the way back. Under
    maintenance changes are expected: nobody begins to flap there.
    """
    counting = _counting(decision, rulings)
    node_nos = {ruling.after.node_no for ruling in rulings if ruling.after.no in counting}
    nodes = hold.nodes(decision.cursor, node_nos) if node_nos else {}

    def counted(ruling: Ruling) -> Ruling:
        node, is_maintained = nodes[ruling.after.node_no]
        if is_maintained and not ruling.after.flap.since:
            return ruling
        after = flap.changed(ruling.after.flap, decision.now.steady, rules.flap(node))
        return replace(ruling, after=replace(ruling.after, flap=after))

    return [counted(ruling) if ruling.after.no in counting else ruling for ruling in rulings]


def _counting(decision: Decision, rulings: Iterable[Ruling]) -> set[int]:
    """Return the numbers of the replicas whose ruling is a change of its own."""
    trouble_from = decision.page.trouble_from
    told = {ruling.after.no: ruling for ruling in rulings if ruling.is_told(trouble_from)}
    if trouble_from is not Status.SICK:
        return set(told)
    halfway = {
        no
        for no, ruling in told.items()
        if ruling.before.status is Status.SICK and not ruling.before.flap.since
    }
    origins = history.origins(decision.cursor, halfway) if halfway else {}
    goes_on = {no for no, origin in origins.items() if origin is not told[no].after.status}
    return told.keys() - goes_on


def say_who_flaps(decision: Decision, rulings: Iterable[Ruling]) -> None:
    """Write who of *rulings* flaps from now on, which is the last that is said of it for long."""
    new = [ruling for ruling in rulings if ruling.begins_to_flap]
    nodes = hold.nodes(decision.cursor, {ruling.after.node_no for ruling in new}) if new else {}
    flaps = {
        ruling.after.no: Flapped(
            replica=ReplicaName(*nodes[ruling.after.node_no].name, ruling.after.key),
            status=ruling.before.status,
            changes=len(ruling.after.flap.moments),
            span_ms=decision.now.steady - ruling.after.flap.moments[0],
            trouble_from=decision.page.trouble_from,
        )
        for ruling in new
    }
    _say(decision, Kind.FLAPPING, flaps)


def stable(
    cursor: Cursor, page_no: int, hears_since: int, now: int, rules: Rules
) -> list[hold.Held]:
    """Return who flapped and may be spoken of again at the steady moment *now*."""
    return [
        held
        for held in hold.flapping(cursor, page_no)
        if held.row.standing is not Standing.BLIND
        and flap.is_over(held.row.flap, hears_since, now, rules.flap(held.name.of_node))
    ]


def calm(decision: Decision, released: Sequence[hold.Held]) -> None:
    """Let those *released* be spoken of again."""
    rows = [replace(one.row, flap=flap.calmed(one.row.flap)) for one in released]
    replica_rows.save(decision.cursor, rows, decision.page.revision)


def say_who_is_stable(decision: Decision, released: Sequence[hold.Held]) -> None:
    """Write the truth about those *released*, also where it is what was said last."""
    trouble_from = decision.page.trouble_from
    flaps = {
        one.row.no: Flapped(replica=one.name, status=one.row.status, trouble_from=trouble_from)
        for one in released
    }
    _say(decision, Kind.STABLE, flaps)


def _say(decision: Decision, kind: Kind, flaps: Mapping[int, Flapped]) -> None:
    """Write a notification for each open alert that those with *flaps*, by number, belong to.

    One more is about those whose subject is well.
    """
    groups: dict[tuple[int, Alert] | None, list[Flapped]] = {}
    for no, one in flaps.items():
        about = alert.open_about(decision.cursor, decision.page.alert_on, no)
        groups.setdefault(about, []).append(one)
    for about, mine in groups.items():
        row, goes_on = None, None
        if about:
            no, goes_on = about[0], replace(about[1], seq=about[1].seq + 1)
            alert.save(decision.cursor, [(no, goes_on)], decision.now.at)
            row = AlertRow(no, goes_on.seq)
        said = facts.of_flaps(kind, mine, goes_on, decision.said, decision.now)
        notification.insert(decision.cursor, decision.page_no, said, row=row)
