"""Hearing: what of all that happens one channel is told. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from watchkeeper.core.alert import Member
from watchkeeper.core.facts import Facts, Kind
from watchkeeper.core.lane import Notification
from watchkeeper.core.name import NodeName, ReplicaName
from watchkeeper.core.plan import Channel, Node, Plan
from watchkeeper.core.status import Status

_ABOUT_CHANNELS = frozenset({Kind.BROKEN, Kind.DEAD_LETTER, Kind.CAPPED})

Departed = Mapping[NodeName, Collection[str]]
"""Of nodes that a plan does not have, the channels that alone heard of each."""

NOBODY: Departed = MappingProxyType({})
_ABOUT_REPLICAS = frozenset({Kind.FLAPPING, Kind.STABLE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """What the channel with the key *channel* hears.

    Of the nodes that it is *deaf_to* it hears nothing.
    """

    channel: str
    reminders_only: bool = False
    deaf_to: frozenset[NodeName] = frozenset()

    def covers(self, name: ReplicaName) -> bool:
        """Return whether what happens to *name* is for this channel."""
        return name.of_node not in self.deaf_to

    def status(self, troubled: Iterable[tuple[NodeName, Status]]) -> Status:
        """Return the worst status of those nodes, of all *troubled* ones, that are heard."""
        mine = (status for node, status in troubled if node not in self.deaf_to)
        return max(mine, default=Status.HEALTHY)


def hearing_of(
    plan: Plan,
    channel: Channel,
    before: Hearing | None = None,
    departed: Departed = NOBODY,
) -> Hearing:
    """Return what *channel* hears: everything but the nodes that name others.

    A node that was renamed is known by its old name too, since what waits may speak of it. A
    node that has left the plan tells its end to those who heard of it *before*, or who did when
    it *departed*: also where that was while nobody ran.
    """
    known = dict(plan.nodes())
    heard = {name for name, node in known.items() if _is_for(channel, node)}
    deaf_to = {name for name, node in _by_all_names(plan) if not _is_for(channel, node)}
    deaf_to |= {name for name, channels in departed.items() if channel.key not in channels}
    deaf_to |= {name for name in (before.deaf_to if before else ()) if name not in known}
    return Hearing(
        channel=channel.key,
        reminders_only=channel.reminders_only,
        deaf_to=frozenset(deaf_to - heard),
    )


def _by_all_names(plan: Plan) -> Iterator[tuple[NodeName, Node]]:
    """Yield each node by the name that it has, and by those that it may have had."""
    for service in plan.services:
        for node in service.nodes:
            services = filter(None, (service.key, service.was))
            yield from ((NodeName(s, n), node) for s in services for n in (node.key, node.was) if n)


def _is_for(channel: Channel, node: Node) -> bool:
    return node.channels is None or channel.key in node.channels


def hears(hearing: Hearing, facts: Facts) -> Facts | None:
    """Return what of *facts* is for the channel, or None: members outside it drop out.

    A channel is not told of itself. A reminder must name all its dead.
    """
    if facts.kind in _ABOUT_CHANNELS and facts.channel == hearing.channel:
        return None
    if hearing.reminders_only and facts.kind is not Kind.REMINDER:
        return None
    if not hearing.deaf_to:
        return facts
    mine = replace(
        facts,
        dead=_covered(hearing, facts.dead),
        died=_covered(hearing, facts.died),
        back=tuple(one for one in facts.back if hearing.covers(one.member.replica)),
        flaps=tuple(one for one in facts.flaps if hearing.covers(one.replica)),
    )
    if mine.kind in _ABOUT_REPLICAS and not mine.dead:
        mine = replace(mine, subject="", opened=0, opened_at=0)  # the alert is others' trouble
    return mine if _says_something(mine) else None


def hear(hearing: Hearing, waiting: Sequence[Notification]) -> list[Notification]:
    """Return what *waiting* is for the channel.

    Where nobody tells it of an end, a reminder of what is over is not told either: for that
    the newest of *waiting* about each alert must name all its dead.
    """
    over = _over(hearing, waiting) if hearing.reminders_only else frozenset()
    return [
        replace(one, facts=None if one.facts.alert in over else hears(hearing, one.facts))
        for one in waiting
        if one.facts
    ]


def _over(hearing: Hearing, waiting: Sequence[Notification]) -> frozenset[tuple[str, int]]:
    newest = {one.facts.alert: one.facts for one in waiting if one.facts}
    return frozenset(
        alert for alert, facts in newest.items() if alert and not _covered(hearing, facts.dead)
    )


def _says_something(facts: Facts) -> bool:
    """Return whether *facts* are worth a word after those outside have dropped out."""
    if facts.kind in _ABOUT_REPLICAS:
        return bool(facts.flaps)
    if facts.kind is Kind.CHANGED:
        return bool(facts.died or facts.back)
    return bool(facts.dead) or not facts.alert


def _covered(hearing: Hearing, members: Iterable[Member]) -> tuple[Member, ...]:
    return tuple(member for member in members if hearing.covers(member.replica))
