"""Explanation: what is believed of a replica, and why, for whoever it woke. Pure."""

from collections.abc import Iterable, Iterator, Sequence

from watchkeeper.core import histogram as counts
from watchkeeper.core import sample as samples
from watchkeeper.core.moment import HOUR_MS, span, timestamp
from watchkeeper.core.reason import words
from watchkeeper.core.report import SELF, UNKNOWN
from watchkeeper.core.sample import TENTH_MS, Sample
from watchkeeper.core.sighting import Sighting
from watchkeeper.core.status import Standing, Status
from watchkeeper.outside.quote import cleaned
from watchkeeper.speak.prospect import prospects
from watchkeeper.speak.scene import Scene, speaker
from watchkeeper.speak.telling import told
from watchkeeper.store.dossier import Dossier, TransitionRow
from watchkeeper.store.history import Evidence
from watchkeeper.store.latency import Latencies

_OF_BELIEF = {"replica", "standing"}
_MOST_LINES = 15
_MOST_COLUMNS = 200
_SECOND_US = 1_000_000


def explanation(scene: Scene, one: Dossier) -> list[str]:
    """Return the lines that explain a replica: first what is believed, last what comes next."""
    parts: dict[str, Iterable[str]] = {
        "why": _why(scene, one),
        "what was seen": _seen(one),
        "what changed": _changes(one.changes),
        "how long looks take": _latencies(scene, one.latencies),
        "who was told": told(scene, one),
        "what comes next": prospects(scene, one),
    }
    lines = [f"{one.name} is {_believed(one)}", f"  {_since(scene, one)}"]
    for title, part in parts.items():
        body = [f"    {line}" for line in part]
        lines += [f"  {title}", *body] if body else []
    return lines


def _believed(one: Dossier) -> str:
    row = one.row
    if row.gone_at is not None:
        return f"gone: it left the page at {timestamp(row.gone_at)}"
    if row.standing is Standing.PENDING:
        return "pending: nobody has said anything of it so far"
    why = f": {words(row.reason_code)}" if row.reason_code else ""
    if row.standing is Standing.BLIND:
        return f"blind{why}; {_last_seen(one)}"
    return f"{row.status.word}{why}"


def _last_seen(one: Dossier) -> str:
    stands = next((change for change in one.changes if change.kind == "standing"), None)
    if stands and stands.old is Standing.PENDING:
        return "it could never be seen so far"
    return f"it was {one.row.status.word} when it could last be seen"


def _since(scene: Scene, one: Dossier) -> str:
    since = f"since {timestamp(one.row.since_at)}"
    last = next((change for change in one.changes if change.kind in _OF_BELIEF), None)
    return f"{since}, for {span(scene.now.steady - last.steady)}" if last else since


def _why(scene: Scene, one: Dossier) -> Iterator[str]:
    for sighting in sorted(one.sightings, key=lambda each: each.source):
        yield f"{speaker(sighting.source)}: {_word(sighting)}, {_heard(scene, one, sighting)}"
        if sighting.streak:
            yield f"  {_contradiction(sighting)}"


def _word(sighting: Sighting) -> str:
    if sighting.is_silent:
        return "silent"
    if sighting.status is Status.UNDECIDED:
        return "nothing decided yet"
    why = f" ({words(sighting.reason_code)})" if sighting.reason_code else ""
    loads = {"CPU": sighting.cpu, "memory": sighting.ram}
    known = [f", {name} {load / 10:g} %" for name, load in loads.items() if load != UNKNOWN]
    return sighting.status.word + why + "".join(known)


def _heard(scene: Scene, one: Dossier, sighting: Sighting) -> str:
    if sighting.source == SELF:
        # A look that says nothing new is not written there, but its latency is.
        seen = [look.at for look in one.latencies.recent]
        last = f"; the last look on disk ended {span(scene.now.at - seen[-1])} ago" if seen else ""
        return f"last news {scene.ago(sighting.heard)}{last}"
    heard = f"heard {scene.ago(sighting.heard)}"
    return f"{heard}, a word that holds for {span(sighting.valid_ms)}"


def _contradiction(sighting: Sighting) -> str:
    did = "did not fail" if sighting.status is Status.DEAD else "failed"
    many = "look" if sighting.streak == 1 else f"{sighting.streak} looks in a row"
    return f"but the last {many} {did}"


def _seen(one: Dossier) -> Iterator[str]:
    if one.failure is None:
        return
    yield from _evidence("the last failure", one.failure)
    if one.success:
        yield from _evidence("the first success after it", one.success)
    elif one.row.status is not Status.HEALTHY:
        yield "no success since then"


def _evidence(title: str, seen: Evidence) -> Iterator[str]:
    why = f", {words(seen.reason_code)}" if seen.reason_code else ""
    yield f"{title}, {timestamp(seen.at)}: {seen.status.word}{why}"
    yield from (f"  {_harmless(line)}" for line in _ends(seen.body.splitlines()))


def _ends(lines: list[str]) -> list[str]:
    """Return *lines*, of many the first and the last: the last words of a script say why."""
    left_out = len(lines) - 2 * _MOST_LINES
    if left_out <= 0:
        return lines
    return [*lines[:_MOST_LINES], f"… and {left_out} more …", *lines[-_MOST_LINES:]]


def _harmless(line: str) -> str:
    """Return *line* without what a stranger may have sent to the terminal that shows it."""
    return cleaned(line, _MOST_COLUMNS) + ("…" if len(line) > _MOST_COLUMNS else "")


def _changes(changes: Sequence[TransitionRow]) -> Iterator[str]:
    """Say each of *changes*; a first word that is no good one was no change from healthy."""
    firsts = {change.steady for change in changes if change.old is Standing.PENDING}
    statuses = {change.steady for change in changes if change.kind == "replica"}
    for change in changes:
        is_first = change.steady in firsts & statuses
        if not (is_first and change.kind == "standing"):
            yield _changed(change, Standing.PENDING if is_first else change.old)


def _changed(change: TransitionRow, old: Status | Standing) -> str:
    why = words(change.reason_code)
    if change.kind == "source":
        return f"{timestamp(change.at)}  {why}"
    what = f"{old.word} → {change.new.word}"
    if change.kind == "left":
        what = f"left the page, {old.word}"
    return f"{timestamp(change.at)}  {what}" + (f": {why}" if why else "")


def _latencies(scene: Scene, known: Latencies) -> Iterator[str]:
    seen = _samples(known)
    if not seen:
        return
    first, last = min(seen), max(seen)
    answers = {at: one for at, one in seen.items() if samples.is_answered(one)}
    counted = counts.of(one.bucket for one in answers.values())
    middle, most = counts.quantile(counted, 0.50), counts.quantile(counted, 0.95)
    many = "1 look" if len(seen) == 1 else f"{len(seen)} looks"
    of = f"{many} since {timestamp(first)}"
    if middle is None or most is None:
        yield f"none of {of} was answered"
        return
    yield f"p50 {_took(middle)}, p95 {_took(most)}; {len(answers)} answers to {of}"
    answered = max(answers)
    latency = _took(counts.middle(answers[answered].bucket))
    yield f"the last answer took {latency}, {span(scene.now.at - answered)} ago"
    if answered != last:
        word = Status(seen[last].status).word
        yield f"the last look was {span(scene.now.at - last)} ago, and {word}"


def _samples(known: Latencies) -> dict[int, Sample]:
    """Return all samples by the moment when they were taken, none of them twice."""
    hours: dict[int, list[Sample]] = {}
    for hour, packed in known.packed:
        hours.setdefault(hour, []).extend(packed)
    for look in known.recent:
        hour = look.at // HOUR_MS * HOUR_MS
        hours.setdefault(hour, []).append(samples.of_look(look.at, look.status, look.latency_us))
    return {
        hour + one.tenth * TENTH_MS: one
        for hour, mine in hours.items()
        for one in samples.union(mine)
    }


def _took(latency_us: int) -> str:
    if latency_us < _SECOND_US:
        return f"{latency_us / 1000:.3g} ms"
    return f"{latency_us / _SECOND_US:.1f} s"
