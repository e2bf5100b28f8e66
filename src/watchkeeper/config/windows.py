"""Windows: what must hold within a window of maintenance, asked of the raw tree."""

import difflib
from collections.abc import Iterator
from datetime import datetime

from watchkeeper.config import recurrence
from watchkeeper.config.problems import Finding, Path, quoted, refused
from watchkeeper.config.source import Tree, tables
from watchkeeper.config.timezones import is_skipped, local, named
from watchkeeper.config.values import A_MOMENT


def check(tree: Tree) -> Iterator[Finding]:
    """Yield what is wrong with the windows of *tree*."""
    known = list(_names(tree))
    for index, window in tables(tree, "maintenance"):
        path: Path = ("maintenance", index)
        yield from _moments(window, path)
        yield from _span(window, path)
        yield from _repeats(window, path)
        yield from _scope(window, path, known)


def _names(tree: Tree) -> Iterator[str]:
    for _, service in tables(tree, "probe", "service"):
        yield str(service.get("id"))
        for _, node in tables(service, "node"):
            yield f"{service.get('id')}:{node.get('id')}"


def _moments(window: Tree, path: Path) -> Iterator[Finding]:
    for key in ("starts_at", "ends_at"):
        value, moment = window.get(key), _moment(window, key)
        if isinstance(value, datetime) and value.tzinfo is None and "timezone" not in window:
            yield Finding((*path, key), f"must be {A_MOMENT}, not {value}")
        elif moment and "timezone" in window and is_skipped(moment):
            where = window["timezone"]
            yield Finding((*path, key), f"is skipped by the clocks of {where}: {value}")


def _span(window: Tree, path: Path) -> Iterator[Finding]:
    starts_at, ends_at = _moment(window, "starts_at"), _moment(window, "ends_at")
    if starts_at and ends_at and ends_at <= starts_at:
        text = f"must be after starts_at, {starts_at.isoformat()}"
        yield Finding((*path, "ends_at"), f"{text}, not {ends_at.isoformat()}")


def _repeats(window: Tree, path: Path) -> Iterator[Finding]:
    rule, starts_at = window.get("repeats"), _moment(window, "starts_at")
    if not isinstance(rule, str) or not rule or starts_at is None:
        return
    try:
        recurrence.check(rule, starts_at)
    except ValueError as error:
        yield Finding((*path, "repeats"), refused(str(error), rule))


def _scope(window: Tree, path: Path, known: list[str]) -> Iterator[Finding]:
    scope = window.get("scope")
    for index, name in enumerate(scope if isinstance(scope, list) else ()):
        if isinstance(name, str) and name not in known:
            nearest = difflib.get_close_matches(name, known, n=1)
            hint = f"; did you mean {quoted(nearest[0])}?" if nearest else ""
            text = f"names no service and no node: {quoted(name)}{hint}"
            yield Finding((*path, "scope", index), text)


def _moment(window: Tree, key: str) -> datetime | None:
    """Return the moment *key* by the clocks of its window, None where that is not known."""
    value = window.get(key)
    if not isinstance(value, datetime):
        return None
    if "timezone" not in window:
        return value if value.tzinfo else None
    try:
        return local(value, named(str(window["timezone"])))
    except ValueError:
        return None
