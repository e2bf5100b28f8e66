"""Exposure: the secrets that a file shows to everybody on its machine."""

import stat
from collections.abc import Iterator
from pathlib import Path as FilePath
from typing import Any

from watchkeeper.config.environment import Filled
from watchkeeper.config.problems import Finding, Path, Severity, dotted, has_password, some
from watchkeeper.config.source import Tree

GIVES_NOTHING_AWAY = ("REPLACE_THIS", "http://127.0.0.1", "http://[::1]", "http://localhost")
"""How values begin that are no secret: placeholders of examples, and our own machine."""

_STORE: Path = ("server", "store")
_MOST_NAMED = 3


def exposed(file: FilePath, filled: Filled, secrets: set[Path]) -> Iterator[Finding]:
    """Yield a notice where others may read *file*, and a secret is spelled out in it.

    *filled* is what it says, *secrets* are the paths of its secret keys.
    """
    if not _others_may_read(file):
        return
    hidden = {path for path, _ in filled.used}
    paths = [path for path in _spelled_out(filled.tree, secrets) if not is_below(path, hidden)]
    if paths:
        named = some([dotted(path) for path in paths], _MOST_NAMED)
        text = (
            f"everybody on this machine may read its secrets, {named}: "
            f"chmod 600 {file}, or write them as ${{NAME}}"
        )
        yield Finding(paths[0], text, Severity.NOTICE, is_general=True)


def is_below(path: Path, places: set[Path]) -> bool:
    """Return whether *path* is one of *places*, or within one."""
    return any(path[:length] in places for length in range(1, len(path) + 1))


def _others_may_read(file: FilePath) -> bool:
    """Return whether *file* and each folder on the way to it are open to everybody."""
    try:
        path = file.resolve()
        is_readable = bool(path.stat().st_mode & stat.S_IROTH)
        return is_readable and all(at.stat().st_mode & stat.S_IXOTH for at in path.parents)
    except OSError:
        return False


def _spelled_out(tree: Tree, secrets: set[Path]) -> Iterator[Path]:
    """Yield the path of each text in *tree* that is a secret, or has a password in it."""
    for path, text in _texts(tree, ()):
        is_secret = path != _STORE and is_below(path, secrets)
        is_told = not text or text.startswith(GIVES_NOTHING_AWAY)
        if has_password(text) or (is_secret and not is_told):
            yield path


def _texts(value: Any, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict | list):
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _texts(item, (*path, key))
