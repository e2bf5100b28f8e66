"""Branches: the rows of services and nodes that a plan wants, found under whatever name."""

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import NamedTuple

from watchkeeper.core.status import Status
from watchkeeper.store import tree
from watchkeeper.store.tree import Branch

FILE = "file"
Family = dict[str, Branch]


class Wanted(NamedTuple):
    """A service or node as the plan wants it; *was* is the key that it had before."""

    parent: int
    key: str
    label: str
    position: int
    mode: str
    was: str
    channels: tuple[str, ...] | None = None


class Change(NamedTuple):
    """The branches that are *new*, those *changed*, and those gone whose key others take over."""

    new: list[Branch]
    changed: list[Branch]
    displaced: list[Branch]


_NONE = Change([], [], [])


def sort(known: Mapping[str, Branch], wanted: Iterable[Wanted], at: int) -> Change:
    """Return how the branches that are *known* by their keys change at the wall moment *at*."""
    change = Change([], [], [])
    for one in wanted:
        before, namesake = find(known, one.key, one.was), known.get(one.key)
        if before is None:
            change.new.append(_new(one, at))
            continue
        if namesake and namesake is not before:
            change.displaced.append(tree.displaced(namesake))
        after = before._replace(
            key=one.key,
            label=one.label,
            position=one.position,
            mode=one.mode,
            channels=one.channels,
            gone_at=None,
        )
        if after != before:
            change.changed.append(after)
    return change


def together(changes: Iterable[Change]) -> Change:
    """Return all *changes* as one."""
    return Change(*(list(chain.from_iterable(kind)) for kind in zip(_NONE, *changes, strict=True)))


def find(known: Mapping[str, Branch], key: str, was: str) -> Branch | None:
    """Return the branch that is called *key*, or *was* until now.

    What is gone is taken last: a new name on the page is no reason to forget who bears it.
    """
    namesake = known.get(key)
    return living(namesake) or living(known.get(was)) or namesake


def living(branch: Branch | None) -> Branch | None:
    """Return *branch* where it is there and not gone."""
    return branch if branch and branch.gone_at is None else None


def _new(one: Wanted, at: int) -> Branch:
    return Branch(
        no=0,
        parent=one.parent,
        key=one.key,
        label=one.label,
        position=one.position,
        mode=one.mode,
        status=Status.HEALTHY,
        since_at=at,
        owner=FILE,
        gone_at=None,
        channels=one.channels,
    )
