"""Composing: from the facts that a lane has not told yet to one message."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from watchkeeper.core import facts as fact
from watchkeeper.core import texts
from watchkeeper.core.alert import Leaving, Member, Return
from watchkeeper.core.facts import Facts, Kind
from watchkeeper.core.flap import Flapped
from watchkeeper.core.message import AlertNews, Message, MessageKind, Recovered
from watchkeeper.core.moment import timestamp
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.naming import few
from watchkeeper.core.plan import Page
from watchkeeper.core.reason import words
from watchkeeper.core.status import Status

AlertKey = tuple[str, int]
_NOTE_ROOM = 400
_NOTE_NAMES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """Who speaks to whom: what a message needs beside the facts.

    *rank* counts the targets of the channel from 0.
    """

    installation: UUID
    channel: str
    target: str
    page: Page
    rank: int = 0


def compose(sender: Sender, news: Sequence[Facts], letters: Sequence[Facts] = ()) -> Message:
    """Return the one message that tells all *news*, which must not be empty.

    *letters* are the facts of this lane's dead letters about the same alerts. Equal facts
    give an equal message with an equal id, whoever composes it and whenever.
    """
    newest = news[-1]
    told, lost = _by_alert(news), _by_alert(letters)
    keys = _newest_last(told)
    alerts = tuple(_alert_news(sender, key, told[key], lost.get(key, [])) for key in keys)
    flapping, stable = _flaps(news, Kind.FLAPPING), _flaps(news, Kind.STABLE)
    statuses = _statuses((told[key][-1] for key in keys), (*flapping, *stable))
    return Message(
        id=str(_message_id(sender, news, letters)),
        kind=_kind(news),
        status=newest.status,
        at=newest.at,
        page_title=sender.page.title,
        page_url=sender.page.url.text,
        replicas=tuple(statuses),
        sick=frozenset(name for name, status in statuses.items() if status is Status.SICK),
        alerts=alerts,
        reasons={str(m.replica): words(m.reason_code) for m in _members(news) if m.reason_code},
        resumed=_resumed(news),
        flapping=flapping,
        stable=stable,
        notes=(*_notes(news), *_flap_notes(flapping, stable)),
        reminder=max(one.reminder for one in news),
        is_urgent=_is_urgent(sender.rank, told),
    )


def _statuses(newest: Iterable[Facts], flaps: Iterable[Flapped]) -> dict[ReplicaName, Status]:
    """Return who is in trouble, and how: members of alerts by the *newest* facts of each, then
    those of whom only *flaps* speak.
    """
    found = {one.replica: one.status for facts in newest for one in facts.dead}
    more = {one.replica: one.status for one in flaps if one.is_in_trouble}
    return found | {name: status for name, status in more.items() if name not in found}


def _members(news: Sequence[Facts]) -> Iterator[Member]:
    """Yield all members that *news* speaks of; who turned is what it is now."""
    for one in news:
        yield from one.dead
        yield from (back.member for back in one.back if back.why is not Leaving.TURNED)


def alert_id(installation: UUID, key: AlertKey) -> str:
    """Return the id that is equal in all messages of the alert *key*."""
    subject, opened = key
    return str(uuid5(installation, f"{subject}\n{opened}"))


def _message_id(sender: Sender, news: Sequence[Facts], letters: Sequence[Facts]) -> UUID:
    told = [[fact.dump(_sorted(one)) for one in facts] for facts in (news, letters)]
    name = json.dumps([sender.channel, sender.target, *told])
    return uuid5(sender.installation, name)


def _sorted(facts: Facts) -> Facts:
    """Return *facts* with the dead by name: a page that is put in another order says no news."""
    return replace(facts, dead=tuple(sorted(facts.dead, key=lambda one: (one.replica, one.died))))


def _kind(news: Sequence[Facts]) -> MessageKind:
    kinds = {one.kind for one in news}
    if kinds == {Kind.STARTUP}:
        return MessageKind.STARTUP
    if kinds == {Kind.REMINDER}:
        return MessageKind.REMINDER
    return MessageKind.CHANGED


def _is_urgent(rank: int, told: Mapping[AlertKey, Sequence[Facts]]) -> bool:
    """Return whether the target number *rank* is roused by a reminder of what is not over."""
    return any(
        one.kind is Kind.REMINDER and not 0 < one.roused <= rank
        for mine in told.values()
        if mine[-1].dead
        for one in mine
    )


def _by_alert(facts: Sequence[Facts]) -> dict[AlertKey, list[Facts]]:
    found: dict[AlertKey, list[Facts]] = {}
    for one in facts:
        if one.alert:
            found.setdefault(one.alert, []).append(one)
    return found


def _newest_last(alerts: Iterable[AlertKey]) -> list[AlertKey]:
    return sorted(alerts, key=lambda key: (key[1], key[0]))


def _alert_news(
    sender: Sender, key: AlertKey, mine: Sequence[Facts], letters: Sequence[Facts]
) -> AlertNews:
    untold = {member.death for one in (*letters, *mine) for member in one.died}
    newest = mine[-1]
    over = [
        _recovered(back, told=back.member.death not in untold) for one in mine for back in one.back
    ]
    return AlertNews(
        id=alert_id(sender.installation, key),
        subject=newest.subject,
        since_at=newest.opened_at,
        dead=tuple(member.replica for member in newest.dead),
        died=tuple(member.replica for member in newest.dead if member.death in untold),
        recovered=tuple(one for one in over if one.why != Leaving.TURNED),
        turned=tuple(one for one in over if one.why == Leaving.TURNED),
        is_closed=not newest.dead,
    )


def _recovered(back: Return, *, told: bool) -> Recovered:
    return Recovered(
        replica=back.member.replica,
        dead_at=back.member.dead_at,
        back_at=back.back_at,
        seconds=back.seconds,
        told=told,
        why=back.why,
        status=back.member.status,
    )


def _resumed(news: Sequence[Facts]) -> tuple[Recovered, ...]:
    return tuple(
        _recovered(back, told=True) for one in news if one.kind is Kind.RESUMED for back in one.back
    )


def _notes(news: Sequence[Facts]) -> tuple[str, ...]:
    said = (
        texts.ENGLISH[f"note.{one.kind}"].format(
            channel=one.channel, since=timestamp(one.since_at), until=timestamp(one.at)
        )
        for one in news
        if f"note.{one.kind}" in texts.ENGLISH
    )
    return tuple(dict.fromkeys(said))


def _flaps(news: Sequence[Facts], kind: Kind) -> tuple[Flapped, ...]:
    """Return those of whom the last word is that of *kind*; who left or died since has another."""
    last: dict[ReplicaName, tuple[Kind, Flapped]] = {}
    for facts in news:
        for member in (*facts.died, *(back.member for back in facts.back)):
            last.pop(member.replica, None)
        last |= {one.replica: (facts.kind, one) for one in facts.flaps}
    return tuple(one for its, one in last.values() if its is kind)


def _flap_notes(flapping: Sequence[Flapped], stable: Sequence[Flapped]) -> Iterator[str]:
    if flapping:
        yield _note("flap.began", [one.replica for one in flapping])
    for status in sorted({one.status for one in stable}):
        names = [one.replica for one in stable if one.status is status]
        yield _note(f"flap.over.{status.word}", names)


def _note(text: str, names: Sequence[ReplicaName]) -> str:
    return texts.ENGLISH[text].format(names=few(names, _NOTE_ROOM, most=_NOTE_NAMES))
