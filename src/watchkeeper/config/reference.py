"""Reference: every table and key as a page of Markdown, from the one schema."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, replace
from datetime import datetime
from enum import Enum
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from watchkeeper.config.kinds import Kinds
from watchkeeper.config.problems import Path
from watchkeeper.config.server import Anchor, Inet
from watchkeeper.config.tables import INHERITED, Key, Shape, Table, describe, keys_of
from watchkeeper.config.values import is_secret
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url

_HEAD = """\
# Configuration

One TOML file. `watchkeeper check FILE` says everything that is wrong with it, and where.
This page is made from the schema that the program reads files with.

- `${NAME}` becomes the text of the environment's variable, inside quotes and bare
  (`poll_interval = ${SECONDS}`). A variable that is not set is an error; inside
  `scripts` its name is left to the shell, and inside `custom_html`, with a warning, to the browser.
- A file that everybody on its machine may read while secrets are spelled out in it is a notice:
  `chmod 600` it, or let the environment fill them in.
- Seconds are those of a year at most: more than that, which files say for "never", counts as one.
- A key that is not known is a warning; with `check --strict` it is an error.
- A key of `[metrics]` that also stands in `[[probe.service.node]]` may be set for one node.
"""
BEGIN = "<!-- options: written by scripts/docs -->"
END = "<!-- end of options -->"
"""What stands around the options in the page of a probe or channel."""

_ROWS = "\n| key | type | default | meaning |\n| --- | --- | --- | --- |\n"
_WORDS: Mapping[object, str] = MappingProxyType(
    {
        bool: "true or false",
        int: "whole number",
        float: "number",
        str: "text",
        datetime: "date and time",
        Url: "URL",
        Secret: "secret text",
        Inet: "IP address and port",
        Anchor: "name or address, and port",
    }
)


def render(kinds: Kinds) -> str:
    """Return the page of reference for a program that has *kinds*."""
    return _HEAD + "".join(_sections(describe(kinds), ()))


def options(own: type[Any]) -> str:
    """Return the table of the keys of *own*, the Settings of a channel or Options of a probe."""
    return _ROWS.lstrip() + "".join(_row(_marked(key)) for key in keys_of(own).values())


def _marked(key: Key) -> Key:
    return replace(key, doc=f"{key.doc} · `[metrics]`") if key.is_metric else key


def _sections(table: Table, path: Path) -> Iterator[str]:
    for key in table.keys.values():
        if isinstance(key.form, Table):
            place = (*path, key.name)
            yield _section(key, key.form, place)
            yield from _sections(key.form, place)


def _section(key: Key, table: Table, path: Path) -> str:
    rows = [_row(inner) for inner in table.keys.values() if not isinstance(inner.form, Table)]
    header = f"`{key.header(path)}`"
    if key.shape is Shape.EITHER:
        header += f", or several `[{key.header(path)}]`"
    later = "\n*Not available in this version.*\n" if key.is_later else ""
    return f"\n## {header}\n\n{key.doc}\n{later}" + (_ROWS + "".join(rows) if rows else "")


def _row(key: Key) -> str:
    meaning = key.doc
    if key.is_later:
        meaning += " *(not available in this version)*"
    if key.is_idle:
        meaning += " *(accepted, but without any effect)*"
    is_marked = key.is_secret and not is_secret(key.hint)
    kind = f"secret {_type(key.hint)}" if is_marked else _type(key.hint)
    cells = (f"`{key.name}`", kind, _default(key.default), meaning)
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |\n"


def _default(value: object) -> str:
    if value is MISSING:
        return "**required**"
    if value is INHERITED:
        return "as in `[metrics]`"
    if value in (None, "", (), {}):
        return "none"
    return f"`{json.dumps(value, default=str)}`"


def _type(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _type(arguments[0]) + "".join(map(_bounds, arguments[1:]))
    if origin is Literal:
        return _one_of(arguments)
    if origin in {Union, UnionType}:
        return " or ".join(_type(kind) for kind in arguments if kind is not type(None))
    if origin:
        many = "table" if issubclass(origin, Mapping) else "list"
        return f"{many} ({_type(arguments[1] if many == 'table' else arguments[0])})"
    return _one_of(member.value for member in hint) if issubclass(hint, Enum) else _word(hint)


def _word(kind: type) -> str:
    return _WORDS.get(kind, kind.__name__)


def _one_of(words: Iterable[object]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _bounds(metadata: object) -> str:
    limits = metadata.metadata if isinstance(metadata, FieldInfo) else []
    least = next((limit.ge for limit in limits if hasattr(limit, "ge")), None)
    most = next((limit.le for limit in limits if hasattr(limit, "le")), None)
    if least is None:
        return ""
    return f", at least {least}" if most is None else f", {least} to {most}"
