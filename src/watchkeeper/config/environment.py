"""Environment: `${NAME}` becomes the text of a variable, which can never break the syntax.

Inside quotes the text is put in after parsing. A bare `${NAME}` is quoted before parsing and
marked, so that it may also stand for a number, a boolean, a list or a text with its own quotes.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.config.positions import STRING
from watchkeeper.config.problems import Finding, Path, Severity

_MARK = "\0"
_NAME = re.compile(r"""\$\{([^${}\s"'\\]+)\}""")
_NOT_UTF_8 = re.compile("[\ud800-\udfff]")
_TOKEN = re.compile(
    rf"""\#[^\n]*+ | {STRING} | \$\{{(?P<name>[^${{}}\s"'\\]+)\}}""", re.VERBOSE | re.DOTALL
)


@dataclass(slots=True)
class Filled:
    """A tree in which the variables stand, and what was used where."""

    tree: dict[str, Any]
    used: list[tuple[Path, str]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def quote_bare(text: str) -> str:
    """Return *text* with each `${NAME}` outside of quotes and comments quoted and marked."""
    return _TOKEN.sub(_quote, text) if "${" in text else text


def fill(tree: dict[str, Any], environ: Mapping[str, str]) -> Filled:
    """Return *tree* with the variables of *environ* in the place of their names."""
    filled = Filled({})
    filled.tree = _fill(tree, (), environ, filled)
    return filled


def _quote(token: re.Match[str]) -> str:
    return f'"\\u0000${{{token["name"]}}}"' if token["name"] else token[0]


def _fill(value: Any, path: Path, environ: Mapping[str, str], filled: Filled) -> Any:
    if isinstance(value, dict):
        named = ((_text(key, path, environ, filled), item) for key, item in value.items())
        return {key: _fill(item, (*path, key), environ, filled) for key, item in named}
    if isinstance(value, list):
        return [_fill(item, (*path, n), environ, filled) for n, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    text = _text(value, path, environ, filled)
    return _spelled(text) if value.startswith(_MARK) else text


def _text(value: str, path: Path, environ: Mapping[str, str], filled: Filled) -> str:
    if "${" not in value:
        return value
    known = _known(value, path, environ, filled)
    return _NAME.sub(lambda name: known.get(name[1], name[0]), value.removeprefix(_MARK))


def _known(value: str, path: Path, environ: Mapping[str, str], filled: Filled) -> dict[str, str]:
    known: dict[str, str] = {}
    for name in dict.fromkeys(_NAME.findall(value)):
        if name in environ:
            known[name] = environ[name]
            filled.used.append((path, name))
            filled.findings += _not_utf_8(name, environ[name], path)
        elif name.isidentifier() and "scripts" not in path:  # others are the shell's
            filled.findings.append(_not_set(name, path))
    return known


def _not_utf_8(name: str, text: str, path: Path) -> Iterator[Finding]:
    if _NOT_UTF_8.search(text):
        reference = f"${{{name}}}"
        yield Finding(path, f"{reference} is not UTF-8 in the environment", word=reference)


def _not_set(name: str, path: Path) -> Finding:
    """Return what to say of a name without a variable; in a page it may be a script's own."""
    reference = f"${{{name}}}"
    text = f"{reference} is not set in the environment"
    if path[-1:] == ("custom_html",):
        return Finding(path, f"{text}: it stays as it is", Severity.WARNING, word=reference)
    return Finding(path, text, word=reference)


def _spelled(text: str) -> object:
    try:
        spelled = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    value = spelled["value"]
    is_alone = len(spelled) == 1 and isinstance(value, str | list)
    return value if is_alone else text
