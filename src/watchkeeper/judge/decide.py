"""Deciding: one transaction behind the gate, from reports to what there is to say."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from watchkeeper.core.moment import Moment
from watchkeeper.core.reason import SILENT
from watchkeeper.core.report import Report, Source
from watchkeeper.core.sighting import Sighting, observe, silence
from watchkeeper.core.status import Status
from watchkeeper.core.verdict import Verdict, fold
from watchkeeper.judge import climb
from watchkeeper.judge.admission import Entry, Replicas, admit
from watchkeeper.judge.alarm import alarm
from watchkeeper.judge.climb import Decision
from watchkeeper.judge.flapping import count_changes, say_who_flaps
from watchkeeper.judge.outcome import Outcome
from watchkeeper.judge.rules import Rules
from watchkeeper.judge.ruling import Ruling
from watchkeeper.judge.unresolved import say_that_names_fail
from watchkeeper.store import history
from watchkeeper.store import replica as replica_rows
from watchkeeper.store import sighting as sighting_rows
from watchkeeper.store.cursor import Cursor, Undo
from watchkeeper.store.history import Evidence, Transition
from watchkeeper.store.replica import ReplicaRow
from watchkeeper.store.sighting import Kept

Spoken = dict[int, dict[Source, Sighting]]


@dataclass(frozen=True, slots=True)
class Case:
    """What a batch of entries is decided with."""

    page_no: int
    rules: Rules
    now: Moment


def decide(cursor: Cursor, case: Case, entries: Sequence[Entry]) -> list[Outcome]:
    """Return what became of each of *entries*, which hold one report of a sighting each.

    Everything that they change is written: sightings, verdicts, what climbs, what is said.
    """
    decision = climb.enter(cursor, case.page_no, case.now)
    replicas = replica_rows.find(cursor, (entry.place for entry in entries))
    outcomes = admit(decision, case.rules, replicas, entries)
    taken = [e for e, out in zip(entries, outcomes, strict=True) if out is Outcome.TAKEN]
    spoken = spoken_of(cursor, {replicas[entry.place].no for entry in taken})
    news = _listen(decision, case.rules, replicas, spoken, taken)
    if not news:
        raise Undo(outcomes)
    worst_last = sorted(news, key=lambda entry: entry.report.status)
    reports = {replicas[entry.place].no: entry.report for entry in worst_last}
    turned = {replicas[entry.place].no: replicas[entry.place] for entry in news}
    rulings = rejudge(turned, spoken, reports, decision.now.at)
    write(decision, count_changes(decision, case.rules, rulings))
    return outcomes


def rejudge(
    replicas: Mapping[int, ReplicaRow], spoken: Spoken, reports: Mapping[int, Report], at: int
) -> list[Ruling]:
    """Return how each of *replicas* turns by what is *spoken* of it, after its report if any."""
    return [
        Ruling(row, _fold(row, spoken[no].values(), at), reports.get(no))
        for no, row in replicas.items()
    ]


def write(decision: Decision, rulings: Sequence[Ruling]) -> None:
    """Write *rulings* and everything that follows from them."""
    changed = keep(decision, rulings)
    told = {one.after.no for one in changed if one.is_told(decision.page.trouble_from)}
    if told:
        alarm(decision, told)
        say_who_flaps(decision, rulings)
    say_that_names_fail(decision, rulings)
    decision.finish()


def keep(decision: Decision, rulings: Sequence[Ruling]) -> list[Ruling]:
    """Write *rulings* and what climbs from them; return those that are a change."""
    replica_rows.save(decision.cursor, [ruling.after for ruling in rulings], decision.page.revision)
    for ruling in rulings:
        _log(decision, ruling.before, ruling.after, ruling.report)
    changed = [ruling for ruling in rulings if ruling.is_change]
    if changed:
        decision.climb({ruling.after.node_no for ruling in changed})
    return changed


def spoken_of(cursor: Cursor, replica_nos: Collection[int]) -> Spoken:
    """Return what each source last said of each of the replicas."""
    spoken: Spoken = {no: {} for no in replica_nos}
    for kept in sighting_rows.of_replicas(cursor, replica_nos):
        spoken[kept.replica_no][kept.sighting.source] = kept.sighting
    return spoken


def _listen(
    decision: Decision, rules: Rules, replicas: Replicas, spoken: Spoken, taken: Iterable[Entry]
) -> list[Entry]:
    """Write the sightings after the reports of *taken*; return the entries that moved one."""
    news: list[Entry] = []
    first: list[Kept] = []
    again: list[tuple[Kept, int]] = []
    numbers = _SourceNumbers(decision)
    for entry in taken:
        replica_no, report = replicas[entry.place].no, entry.report
        last = spoken[replica_no].get(report.source)
        if report.reason.code == SILENT and not _is_silent(decision, last):
            continue
        after = observe(last, report, rules.confirm(entry.name.of_node))
        if after is None:
            continue
        kept = Kept(replica_no, numbers.of(report.source), after)
        if last is None:
            first.append(kept)
        else:
            again.append((kept, last.heard))
        spoken[replica_no][report.source] = after
        news.append(entry)
    sighting_rows.insert(decision.cursor, first)
    sighting_rows.save(decision.cursor, again)
    return news


def _is_silent(decision: Decision, last: Sighting | None) -> bool:
    """Return whether a promise is broken now, too: we may have been deaf meanwhile."""
    return bool(last and silence(last, decision.page.hears_since, decision.now.steady))


class _SourceNumbers:
    """The numbers of the sources of one batch, each asked for once."""

    def __init__(self, decision: Decision) -> None:
        self._decision = decision
        self._known: dict[Source, int] = {}

    def of(self, source: Source) -> int:
        if source not in self._known:
            decision = self._decision
            self._known[source] = sighting_rows.source_no(decision.cursor, decision.page_no, source)
        return self._known[source]


def _fold(row: ReplicaRow, sightings: Iterable[Sighting], at: int) -> ReplicaRow:
    before = Verdict(status=row.status, standing=row.standing, reason_code=row.reason_code)
    verdict = fold(before, tuple(sightings))
    is_same = (verdict.status, verdict.standing) == (before.status, before.standing)
    return replace(
        row,
        status=verdict.status,
        standing=verdict.standing,
        reason_code=verdict.reason_code,
        since_at=row.since_at if is_same else at,
    )


def _log(decision: Decision, before: ReplicaRow, after: ReplicaRow, report: Report | None) -> None:
    evidence_no = _keep_evidence(decision, before, after, report) if report else None
    if before.standing is not after.standing:
        stands = (before.standing, after.standing)
        decision.transitions.append(Transition("standing", after.no, *stands, after.reason_code))
    if before.status is not after.status:
        statuses = (before.status, after.status)
        decision.transitions.append(
            Transition("replica", after.no, *statuses, after.reason_code, evidence_no)
        )


def _keep_evidence(
    decision: Decision, before: ReplicaRow, after: ReplicaRow, report: Report
) -> int | None:
    """Keep what *report* saw; return its number, None where that is known already.

    News is what changes the status or its reason, a failure that is yet to be confirmed, and
    the first success after any failure.
    """
    if not _is_seen_anew(decision, before, after, report):
        return None
    body = str(report.evidence)
    if report.reason.detail not in body:
        body = f"{report.reason.detail}\n{body}"
    if not body:
        return None
    seen = Evidence(after.no, decision.now.at, report.status, report.reason.code, body)
    return history.add_evidence(decision.cursor, seen)


def _is_seen_anew(
    decision: Decision, before: ReplicaRow, after: ReplicaRow, report: Report
) -> bool:
    if (before.status, before.reason_code) != (after.status, after.reason_code):
        return True
    if report.status is Status.DEAD:
        return after.status is not Status.DEAD
    is_success = report.status is Status.HEALTHY
    return is_success and history.ends_with_failure(decision.cursor, after.no)
