"""Notices: what a good file asks for and does not get, named so that nobody is deceived."""

from collections.abc import Iterable, Iterator
from pathlib import Path as FilePath

from watchkeeper.config.kinds import Kinds
from watchkeeper.config.nodes import schemes_of
from watchkeeper.config.problems import Finding, Path, Severity, dotted, masked, some
from watchkeeper.config.reading import Reading
from watchkeeper.config.replicas import scheme_of
from watchkeeper.config.schema.file import FileTable
from watchkeeper.config.schema.probe import NodeTable
from watchkeeper.config.schema.server import DEFAULT_ASSETS, AssetsTable
from watchkeeper.core.plan import Mode

_MOST_NAMED = 5
_TEMPLATE = "templates/index.tera"


def notices(reading: Reading, file: FileTable, kinds: Kinds) -> Iterator[Finding]:
    """Yield one notice for each way in which *file* asks for more than there is."""
    yield from _keys("configured but not available in this version", reading.later)
    yield from _keys("accepted, but without any effect", reading.idle)
    yield from _assets(file.assets)
    blind = list(_blind(file, kinds))
    if blind:
        path = blind[0][0]
        named = some([name for _, name in blind], _MOST_NAMED)
        text = f"starts blind, this version cannot look that way: {named}"
        yield Finding(path, text, Severity.NOTICE, is_general=True)


def _keys(why: str, paths: list[Path]) -> Iterator[Finding]:
    whole = set(paths)
    named = [path for path in paths if not any(path[:n] in whole for n in range(len(path)))]
    names = dict.fromkeys(map(_unnumbered, named))
    if names:
        yield Finding(named[0], f"{why}: {', '.join(names)}", Severity.NOTICE, is_general=True)


def _assets(table: AssetsTable) -> Iterator[Finding]:
    folder, key = FilePath(table.path), ("assets", "path")
    if table.path != DEFAULT_ASSETS and not folder.is_dir():
        text = f"{table.path!r} is no folder: only what the program brings is served"
        yield Finding(key, text, Severity.NOTICE)
    if (folder / _TEMPLATE).is_file():
        text = f"{_TEMPLATE} in it is not used: the page is drawn by the program itself"
        yield Finding(key, text, Severity.NOTICE)


def _unnumbered(path: Path) -> str:
    return dotted(tuple(step for step in path if isinstance(step, str)))


def _blind(file: FileTable, kinds: Kinds) -> Iterator[tuple[Path, str]]:
    for at, service in enumerate(file.probe.service):
        for n, node in enumerate(service.node):
            path = ("probe", "service", at, "node", n)
            for name in _unseen(node, kinds):
                yield path, f"{service.id}:{name}"


def _unseen(node: NodeTable, kinds: Kinds) -> Iterable[str]:
    missing = {s for s in schemes_of(node.mode, node.replicas) if s not in kinds.probes}
    if node.mode is Mode.SCRIPT:
        return [node.id] if missing else []
    unseen = (replica for replica in node.replicas if scheme_of(replica) in missing)
    return [f"{node.id}:{masked(replica)}" for replica in unseen]
