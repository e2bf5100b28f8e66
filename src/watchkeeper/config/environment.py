"""Environment: `${NAME}` becomes the text of a variable, which can never break the syntax.

Inside quotes the text is put in after parsing. A bare `${NAME}` is quoted before parsing and
marked, so that it may also stand for a number, a boolean, a list or a text with its own quotes.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from watchkeeper.config.positions import STRING
from watchkeeper.config.problems import Finding, Path

_MARK = "\0"
_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_NOT_UTF_8 = re.compile("[\ud800-\udfff]")
_TOKEN = re.compile(
    rf"\#[^\n]*+ | {STRING} | \$\{{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}}", re.VERBOSE | re.DOTALL
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
        return {key: _fill(item, (*path, key), environ, filled) for key, item in value.items()}
    if isinstance(value, list):
        return [_fill(item, (*path, n), environ, filled) for n, item in enumerate(value)]
    if not isinstance(value, str) or "${" not in value:
        return value
    known = _known(value, path, environ, filled)
    text = _NAME.sub(lambda name: known.get(name[1], name[0]), value.removeprefix(_MARK))
    return _spelled(text) if value.startswith(_MARK) else text


def _known(value: str, path: Path, environ: Mapping[str, str], filled: Filled) -> dict[str, str]:
    known: dict[str, str] = {}
    for name in dict.fromkeys(_NAME.findall(value)):
        if name in environ:
            known[name] = environ[name]
            filled.used.append((path, name))
        why = _refusal(environ.get(name), path)
        if why:
            reference = f"${{{name}}}"
            filled.findings.append(Finding(path, f"{reference} {why}", word=reference))
    return known


def _refusal(text: str | None, path: Path) -> str:
    if text is None:
        return "" if "scripts" in path else "is not set in the environment"
    return "is not UTF-8 in the environment" if _NOT_UTF_8.search(text) else ""


def _spelled(text: str) -> object:
    try:
        spelled = tomllib.loads(f"value = {text}")
    except (ValueError, RecursionError):
        return text
    value = spelled["value"]
    is_alone = len(spelled) == 1 and isinstance(value, str | list)
    return value if is_alone else text
