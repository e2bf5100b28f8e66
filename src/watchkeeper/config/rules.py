"""Rules: what must hold between the keys of a file, asked of the raw tree.

They are asked whatever else is wrong, so that all problems of a file are told at once.
"""

import difflib
from collections.abc import Iterable, Iterator, Sequence

from watchkeeper.config import replicas, windows
from watchkeeper.config.plan import TOLD_EVERYTHING
from watchkeeper.config.problems import Finding, Path, Severity, dotted, quoted, refused
from watchkeeper.config.source import Tree, tables
from watchkeeper.core.plan import Mode

_MODES = tuple(Mode)
_WATCHED_BY = {Mode.POLL: "replicas", Mode.SCRIPT: "scripts"}


def check(tree: Tree, schemes: frozenset[str]) -> Iterator[Finding]:
    """Yield what breaks a rule in *tree*; *schemes* are those of the probes there are."""
    yield from _tokens(tree)
    channels = list(_channels(tree))
    yield from _repeated("name", ((path, _name(path, one)) for path, one in channels))
    for path, channel in channels:
        yield from _told_everything(path, channel)
    names = [str(_name(path, channel)) for path, channel in channels]
    services = list(_below(tree, (), "probe", "service"))
    yield from _repeated("id", _ids(services))
    yield from _renamed(services)
    for path, service in services:
        yield from _hearers(service, path, names)
        nodes = list(_below(service, path, "node"))
        yield from _repeated("id", _ids(nodes))
        yield from _renamed(nodes)
        for place, node in nodes:
            yield from _mode(node, place)
            yield from _hearers(node, place, names)
            yield from _replicas(node, place, schemes)
            yield from _scripts(node, place)
            yield from _queue(node, place, tree)
    yield from windows.check(tree)


def _below(tree: Tree, path: Path, *keys: str) -> Iterator[tuple[Path, Tree]]:
    for index, table in tables(tree, *keys):
        yield (*path, *keys, index), table


def _tokens(tree: Tree) -> Iterator[Finding]:
    server = tree.get("server")
    for key, api in (("manager_token", "manager"), ("reporter_token", "reporter")):
        if isinstance(server, dict) and server.get(key) == "":
            text = f"is empty: the {api} API answers 403 to all until it is set"
            yield Finding(("server", key), text, Severity.WARNING)


def _channels(tree: Tree) -> Iterator[tuple[Path, Tree]]:
    notify = tree.get("notify")
    for kind, raw in notify.items() if isinstance(notify, dict) else ():
        if isinstance(raw, dict):
            yield ("notify", kind), raw
        for index, channel in tables(notify, kind):
            yield ("notify", kind, index), channel


def _name(path: Path, channel: Tree) -> object:
    """Return the name of the channel at *path*: its kind, where it has none of its own."""
    return channel.get("name") or path[1]


def _told_everything(path: Path, channel: Tree) -> Iterator[Finding]:
    if path[1] == TOLD_EVERYTHING and channel.get("reminders_only"):
        text = "has no effect: a webhook is told everything"
        yield Finding((*path, "reminders_only"), text, Severity.WARNING)


def _hearers(table: Tree, path: Path, channels: Sequence[str]) -> Iterator[Finding]:
    """Yield each name in the `channels` of *table* that no channel has."""
    raw = table.get("channels")
    for index, name in enumerate(raw if isinstance(raw, list) else ()):
        if isinstance(name, str) and name not in channels:
            nearest = difflib.get_close_matches(name, channels, n=1) or sorted(channels)
            hint = f": there is {', '.join(nearest)}" if channels else ": none is configured"
            yield Finding(
                (*path, "channels", index),
                f"must be the name of a channel, not {quoted(name)}{hint}",
            )


def _ids(places: Iterable[tuple[Path, Tree]]) -> Iterator[tuple[Path, object]]:
    for path, table in places:
        yield path, table.get("id")


def _repeated(key: str, places: Iterable[tuple[Path, object]]) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for path, name in places:
        if not isinstance(name, str):
            continue
        if name in first:
            text = f"must be unique, and {dotted(first[name])} has {quoted(name)} already"
            yield Finding((*path, key), text)
        first.setdefault(name, path)


def _renamed(places: Sequence[tuple[Path, Tree]]) -> Iterator[Finding]:
    """Yield each `was` that does not say whose history goes on: it can go on only once."""
    has_it = {table.get("id"): path for path, table in places if isinstance(table.get("id"), str)}
    yield from _repeated("was", ((path, table.get("was")) for path, table in places))
    for path, table in places:
        was = table.get("was")
        if isinstance(was, str) and was in has_it and was != table.get("id"):
            text = f"is still the id of {dotted(has_it[was])}: remove it, or rename in two steps"
            yield Finding((*path, "was"), text)


def _mode(node: Tree, path: Path) -> Iterator[Finding]:
    mode = node.get("mode")
    for its_mode, key in _WATCHED_BY.items():
        if key in node and mode in _MODES and mode != its_mode:
            text = f"belongs to {its_mode} nodes; remove it, or set mode = '{its_mode}'"
            yield Finding((*path, key), text)
        if mode == its_mode and not node.get(key):
            text = f"has no {key}: nothing is watched here"
            yield Finding(path, text, Severity.WARNING)


def _queue(node: Tree, path: Path, tree: Tree) -> Iterator[Finding]:
    plugins = tree.get("plugins")
    place = (*path, "rabbitmq_queue")
    if not node.get("rabbitmq_queue"):
        return
    if node.get("mode") != Mode.PUSH:
        yield Finding(place, "has no effect but on push nodes", Severity.WARNING)
    elif not isinstance(plugins, dict) or "rabbitmq" not in plugins:
        text = "has no effect without [plugins.rabbitmq]: add it, or remove this"
        yield Finding(place, text, Severity.WARNING)


def _scripts(node: Tree, path: Path) -> Iterator[Finding]:
    scripts = node.get("scripts")
    for index, script in enumerate(scripts if isinstance(scripts, list) else ()):
        if isinstance(script, list) and not (script and script[0]):
            yield Finding((*path, "scripts", index), "must begin with the name of a program")


def _replicas(node: Tree, path: Path, schemes: frozenset[str]) -> Iterator[Finding]:
    raw = node.get("replicas") if node.get("mode") == Mode.POLL else None
    seen: set[str] = set()
    for index, replica in enumerate(raw) if isinstance(raw, list) else ():
        if not isinstance(replica, str):
            continue
        place = (*path, "replicas", index)
        name = replicas.shown(replica)
        if name in seen:
            yield Finding(place, f"is there twice: {quoted(name)}", Severity.WARNING)
        seen.add(name)
        yield from _replica(replica, place, schemes)


def _replica(replica: str, path: Path, schemes: frozenset[str]) -> Iterator[Finding]:
    try:
        replicas.check(replica, schemes)
    except ValueError as error:
        yield Finding(path, refused(str(error), replica))
