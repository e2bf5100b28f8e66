"""The checker: judges a whole run from its history, the store and the page after quiet.

Every rule yields what it finds wrong, in words; a run without words is a good one.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from rig.evidence import SLACK_MS, Evidence, Sure, gather
from rig.history import Act, Deed, Found, Health, History, Received, Reported
from rig.snapshot import Snapshot
from rig.telling import Span, Telling, listen
from watchkeeper.core.lane import MOST_DOUBT
from watchkeeper.speak.startup import SELDOM_MS

_WORDS = ("healthy", "sick", "dead")
_PENDING = 1
_BLIND = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A run that is over: *truth* is what each replica is, *pages* what each process shows.

    *lossy* says that the database lost commits: then an outage may be told twice.
    """

    history: History
    snapshot: Snapshot
    channels: Sequence[str]
    truth: Mapping[str, Health]
    pages: Mapping[str, Any]
    processes: int = 1
    lossy: bool = False

    def tellings(self) -> list[Telling]:
        """Return what each channel was told; who speaks believes nobody heard what is given up."""
        return [listen(name, self._believed(name)) for name in self.channels]

    def received(self, channel: str) -> list[Received]:
        """Return the requests that reached *channel*."""
        return [one for one in self.history.of(Received) if one.channel == channel]

    def _believed(self, channel: str) -> list[Received]:
        given_up = self.given_up(channel)
        return [one for one in self.received(channel) if one.id not in given_up]

    def given_up(self, channel: str) -> set[str]:
        """Return the ids of messages that may have been in doubt as often as one may be.

        They are not known to have been sent, and what they said is told under a second id.
        """
        order = list(dict.fromkeys(one.id for one in self.received(channel)))
        unknown = set(order) - {one.id for one in self.snapshot.sent}
        return {one for one in unknown if self._most_tries(channel, one, order) > MOST_DOUBT}

    def _most_tries(self, channel: str, called: str, order: Sequence[str]) -> int:
        """Return how many tries *called*, of messages in this *order*, may have had.

        A try that a kill cut off is in no log, but its number is used up: those between the
        tries of the messages before and after may all have been of this one.
        """
        place = order.index(called)
        before, after = set(order[:place]), set(order[place + 1 :])
        log = [one for one in self.snapshot.attempts if one.channel == channel]
        first = max((one.n for one in log if one.id in before), default=0)
        last = min((one.n for one in log if one.id in after), default=first + 1)
        return last - first - 1

    def evidence(self) -> Mapping[str, Evidence]:
        """Return what is known of each replica."""
        return gather(self.history, self.processes)


@dataclass(frozen=True, slots=True)
class Wrong:
    """A broken promise: which *rule*, and what happened."""

    rule: str
    words: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.words}"


Rule = Callable[[Case], Iterable[str]]


def check(case: Case) -> list[Wrong]:
    """Return everything that is wrong in *case*."""
    return [Wrong(name, words) for name, rule in RULES.items() for words in rule(case)]


def nothing_lost(case: Case) -> Iterator[str]:
    """Every moment at which a replica was surely dead lies in an outage that was told."""
    for telling, name, evidence in _pairs(case):
        for sure in evidence.sure:
            if sure.dead and not _covers(telling, name, sure) and not _lettered(case, telling):
                yield f"{telling.channel} never heard that {name} was dead at {sure.at}"
                break


def no_ghosts(case: Case) -> Iterator[str]:
    """No outage was told for a moment at which the replica was surely alive."""
    for telling, name, evidence in _pairs(case):
        alive = [sure for sure in evidence.sure if not sure.dead]
        for span in _spans(telling, name):
            if any(_is_within(span, sure) for sure in alive):
                yield f"{telling.channel} heard that {name} was dead while it was alive: {span}"


def every_word_has_a_cause(case: Case) -> Iterator[str]:
    """Every death and every return that was told was there to be seen before."""
    for telling, name, evidence in _pairs(case):
        for span in _spans(telling, name):
            if not evidence.may_die(span.dead_at):
                yield f"{telling.channel} heard a death of {name} without a cause: {span}"
            if not evidence.may_return(span.back_at):
                yield f"{telling.channel} heard a return of {name} without a cause: {span}"
        said = telling.open.get(name)
        if said is not None and not evidence.may_die(said) and name not in _dead(case):
            yield f"{telling.channel} heard at {said} that {name} is dead, without a cause"


def told_is_saved(case: Case) -> Iterator[str]:
    """The outages that each channel was told are those in the store, no more and no fewer."""
    saved = {Span(one.replica, one.dead_at, one.back_at) for one in case.snapshot.outages}
    closed = {span for span in saved if span.back_at}
    for telling in case.tellings():
        told = set(telling.spans)
        for span in sorted(closed - told, key=str):
            if (telling.channel, span.replica, span.dead_at) not in case.snapshot.lettered:
                yield f"{telling.channel} was not told of {span}"
        for span in sorted(told - closed, key=str) if not case.lossy else ():
            yield f"{telling.channel} was told of an outage that the store does not know: {span}"


def every_death_alarms(case: Case) -> Iterator[str]:
    """Every death that the store logged is a member of an alert."""
    members = Counter(one.replica for one in case.snapshot.outages)
    for name, deaths in Counter(name for name, _ in case.snapshot.deaths).items():
        if members[name] != deaths:
            yield f"{name} died {deaths} times, and was {members[name]} times in an alert"


def in_order(case: Case) -> Iterator[str]:
    """A return follows its death, outages follow each other, nothing is told behind its time."""
    for telling in case.tellings():
        yield from () if case.lossy else telling.disorder


def last_word_is_the_truth(case: Case) -> Iterator[str]:
    """After quiet every channel knows who is dead, and nobody else is."""
    for telling in case.tellings():
        for name in sorted(telling.open.keys() ^ _dead(case)):
            word = "dead" if name in telling.open else "not dead"
            yield f"{telling.channel} last heard that {name} is {word}, it is {case.truth[name]}"


def repeats_share_their_words(case: Case) -> Iterator[str]:
    """All repeats of an id say the same, and none comes after something newer was taken."""
    for channel in case.channels:
        bodies: dict[str, Any] = {}
        newest = ""
        for one in case.received(channel):
            if bodies.setdefault(one.id, one.body) != one.body:
                yield f"{channel} received two different messages under the id {one.id}"
            if one.taken and one.id != newest and _was_taken(case, one):
                yield f"{channel} received {one.id} again after something newer"
            newest = one.id if one.taken else newest


def repeats_are_few(case: Case) -> Iterator[str]:
    """A message comes again only after an answer that nobody understood, or after a kill."""
    ends = {Act.KILL, Act.THAW, Act.CRASH}
    kills = sum(one.act in ends for one in case.history.of(Deed))
    for channel in case.channels:
        received = case.received(channel)
        taken = Counter(one.id for one in received if one.taken)
        again = sum(times - 1 for times in taken.values())
        bound = kills + sum(not one.clear for one in received)
        if again > bound:
            yield f"{channel} received {again} repeats, {bound} can be explained"


def sent_was_received(case: Case) -> Iterator[str]:
    """What the store calls sent was taken, and no notification was sent twice."""
    for channel in case.channels:
        taken = {one.id for one in case.received(channel) if one.taken}
        last = 0
        for one in (sent for sent in case.snapshot.sent if sent.channel == channel):
            if one.state == "sent" and one.id not in taken:
                yield f"{channel} never received {one.id}, which the store calls sent"
            if one.first <= last and not case.lossy:
                yield f"{channel} was sent notification {one.first} twice, again in {one.id}"
            last = one.last


def received_was_sent(case: Case) -> Iterator[str]:
    """What was taken is known to have been sent: nothing was said twice under two ids."""
    sent = {one.id for one in case.snapshot.sent}
    for channel in case.channels if not case.lossy else ():
        known = sent | case.given_up(channel)
        recorded = (one for one in case.received(channel) if not one.body.get("unrecorded"))
        for one in {one.id: one for one in recorded if one.taken}.values():
            if one.id not in known:
                yield f"{channel} took {one.id}, which the store never called sent"


def acknowledged_is_kept(case: Case) -> Iterator[str]:
    """Whenever the store was asked, it held the last acknowledged report, or a later one."""
    reports: dict[str, list[Reported]] = {}
    for one in case.history.of(Reported):
        reports.setdefault(one.replica, []).append(one)
    for found in case.history.of(Found):
        for name, mine in reports.items():
            possible = set(_possible(mine, found))
            if possible and found.numbers.get(name) not in possible:
                held = found.numbers.get(name)
                yield f"{name} at {found.at}: the store held {held}, not one of {possible}"


def the_store_is_whole(case: Case) -> Iterator[str]:
    """The file is sound, what adds up adds up, and every lane is at its end."""
    shot = case.snapshot
    if shot.damage != "ok":
        yield f"the file is damaged: {shot.damage}"
    for lane in shot.lanes:
        if lane.told < lane.newest:
            yield f"{lane.channel} has told {lane.told} of {lane.newest}"
    worst: dict[str, int] = {}
    for node, _, status, _ in shot.replicas:
        worst[node] = max(worst.get(node, 0), status)
    for node, status in shot.nodes:
        if status != worst.get(node, 0):
            yield f"the node {node} is {status}, its worst replica {worst.get(node, 0)}"
    if shot.page != max(worst.values(), default=0):
        yield f"the page is {shot.page}, its worst node {max(worst.values(), default=0)}"


def the_store_is_true(case: Case) -> Iterator[str]:
    """After quiet the store has every replica that there is, as it is."""
    held = {name: _WORDS[status] for _, name, status, _ in case.snapshot.replicas}
    is_gone = {name for name, health in case.truth.items() if health is Health.GONE}
    true = {name: case.truth[name].shown for name in case.truth if name not in is_gone}
    for name in sorted(held.keys() | true.keys()):
        if held.get(name) != true.get(name):
            yield f"the store holds {held.get(name)} of {name}, the truth is {true.get(name)}"


def the_page_is_the_store(case: Case) -> Iterator[str]:
    """Every process shows what the store holds."""
    shot = case.snapshot
    replicas = [_shown(status, standing) for _, _, status, standing in shot.replicas]
    for process, report in case.pages.items():
        nodes = [node for probe in report["probes"] for node in probe["nodes"]]
        if [word for node in nodes for word in node["replicas"]] != replicas:
            yield f"{process} shows other replicas than the store has"
        if report["health"] != _worst(replicas):
            yield f"{process} says {report['health']}, the store {_worst(replicas)}"


def one_startup(case: Case) -> Iterator[str]:
    """Starts within ten minutes are told once."""
    began = min((one.at for one in case.history.of(Deed) if one.act is Act.START), default=0)
    for telling in case.tellings():
        for number, at in enumerate(telling.startups, 1):
            if number > 1 + (at - began) // SELDOM_MS and not case.lossy:
                yield f"{telling.channel} heard of {number} starts by {at}"


def nothing_broke(case: Case) -> Iterator[str]:
    """No process met an error that it did not expect."""
    for log in case.snapshot.logs:
        for line in log.splitlines():
            if line.startswith("Traceback"):
                yield "a traceback in the log of a process"


RULES: Mapping[str, Rule] = {
    "lost": nothing_lost,
    "ghost": no_ghosts,
    "cause": every_word_has_a_cause,
    "saved": told_is_saved,
    "alarm": every_death_alarms,
    "order": in_order,
    "last word": last_word_is_the_truth,
    "repeat": repeats_share_their_words,
    "repeats": repeats_are_few,
    "sent": sent_was_received,
    "received": received_was_sent,
    "acknowledged": acknowledged_is_kept,
    "store": the_store_is_whole,
    "truth": the_store_is_true,
    "page": the_page_is_the_store,
    "startup": one_startup,
    "error": nothing_broke,
}


def _pairs(case: Case) -> Iterator[tuple[Telling, str, Evidence]]:
    evidence = case.evidence()
    for telling in case.tellings():
        for name in evidence:
            yield telling, name, evidence[name]


def _spans(telling: Telling, name: str) -> list[Span]:
    return [span for span in telling.spans if span.replica == name]


def _covers(telling: Telling, name: str, sure: Sure) -> bool:
    spans = _spans(telling, name)
    if any(
        one.dead_at - SLACK_MS <= sure.until and sure.at <= one.back_at + SLACK_MS for one in spans
    ):
        return True
    return name in telling.open and all(one.back_at <= sure.until for one in spans)


def _is_within(span: Span, sure: Sure) -> bool:
    return span.dead_at + SLACK_MS < sure.at and sure.until < span.back_at - SLACK_MS


def _lettered(case: Case, telling: Telling) -> bool:
    return any(channel == telling.channel for channel, _, _ in case.snapshot.lettered)


def _dead(case: Case) -> set[str]:
    return {name for name, health in case.truth.items() if health.is_dead}


def _was_taken(case: Case, again: Received) -> bool:
    earlier = (one for one in case.received(again.channel) if one.at < again.at)
    return any(one.taken and one.id == again.id for one in earlier)


def _possible(reports: Sequence[Reported], found: Found) -> Iterator[int | None]:
    """Yield the numbers that the store may have held; None: nothing of this replica."""
    acked = [one for one in reports if one.acked is not None and one.acked <= found.at]
    if acked:
        last = max(acked, key=lambda one: one.at)
        yield _number(last)
        for one in reports:
            if last.at < one.at <= found.until:
                yield _number(one)


def _number(report: Reported) -> int | None:
    return None if report.health is Health.GONE else report.number


def _shown(status: int, standing: int) -> str:
    if standing == _PENDING:
        return "healthy"
    return _WORDS[max(status, 1) if standing == _BLIND else status]


def _worst(words: Sequence[str]) -> str:
    return max(words, key=_WORDS.index, default="healthy")
