"""Tables: the keys of each table of a file, derived from the schema and the kinds there are.

Reading, the search for unknown keys and the reference all walk this one tree.
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass, replace
from enum import Enum
from inspect import cleandoc
from types import MappingProxyType
from typing import Any, get_args, get_origin, get_type_hints

from pydantic import TypeAdapter

from watchkeeper.config import values
from watchkeeper.config.forms import web
from watchkeeper.config.kinds import Kinds
from watchkeeper.config.problems import Path, header
from watchkeeper.config.schema.file import FileTable
from watchkeeper.config.schema.metrics import MetricsTable
from watchkeeper.config.schema.notify import ChannelTable, NotifyTable
from watchkeeper.config.schema.probe import NodeTable
from watchkeeper.config.server import Anchor, Inet
from watchkeeper.core.url import Url

INHERITED = object()
_VALUES = (Url, Inet, Anchor)


class Shape(Enum):
    """How often a table may stand under its key."""

    ONE = "one"
    MANY = "many"
    EITHER = "either"


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table: its keys by name, and what *make* turns their values into.

    *make* may raise ValueError, with words for a person.
    """

    keys: Mapping[str, "Key"]
    make: Callable[[dict[str, Any]], Any]
    required: tuple["Key", ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key: its *form* is what reads its value, or the table under it.

    *field* is its name in the dataclass. *default* is MISSING where the key is required,
    and INHERITED where a node has it from [metrics].
    """

    name: str
    field: str
    doc: str
    hint: Any
    default: Any
    form: TypeAdapter[Any] | Table
    shape: Shape = Shape.ONE
    is_secret: bool = False
    is_later: bool = False
    is_idle: bool = False
    is_metric: bool = False
    is_of_nodes: bool = False

    @property
    def is_required(self) -> bool:
        """Return whether a table without this key is refused."""
        return self.default is MISSING

    def header(self, path: Path) -> str:
        """Return how the table at *path*, that of this key, is begun in a file."""
        return header(path, many=self.shape is Shape.MANY)


Keys = dict[str, Key]
More = Mapping[type[Any], Keys]


def describe(kinds: Kinds) -> Table:
    """Return the table that is a whole file, for a program that has *kinds*."""
    options: Keys = {}
    for probe in kinds.probes.values():
        options |= keys_of(probe)
    metrics = {name: key for name, key in options.items() if key.is_metric}
    of_nodes = {name: key for name, key in keys_of(MetricsTable).items() if key.is_of_nodes}
    inherited = {
        name: replace(key, default=INHERITED) for name, key in {**of_nodes, **metrics}.items()
    }
    more: More = {
        MetricsTable: metrics,
        NodeTable: {**options, **inherited},
        NotifyTable: {kind: _channel(kind, kinds) for kind in kinds.notifiers},
    }
    return _table(FileTable, more)


def _channel(kind: str, kinds: Kinds) -> Key:
    settings = kinds.notifiers[kind]

    def rest(given: dict[str, Any]) -> dict[str, Any]:
        return {"settings": settings(**given)}

    return Key(
        name=kind,
        field=kind,
        doc=cleandoc(settings.__doc__ or ""),
        hint=settings,
        default=(),
        form=_table(ChannelTable, {ChannelTable: _addressed(keys_of(settings))}, rest),
        shape=Shape.EITHER,
    )


def _addressed(keys: Keys) -> Keys:
    """Return *keys* of a channel, whose URLs all lead to web servers."""
    return {
        name: replace(key, form=values.adapter(key.hint, web)) if key.hint is Url else key
        for name, key in keys.items()
    }


def _as_given(rest: dict[str, Any]) -> dict[str, Any]:
    return {"given": rest} if rest else {}


def _table(
    cls: type[Any], more: More, rest: Callable[[dict[str, Any]], dict[str, Any]] = _as_given
) -> Table:
    own = keys_of(cls, more)
    names = {key.field for key in own.values()}

    def make(values: dict[str, Any]) -> Any:
        others = {name: value for name, value in values.items() if name not in names}
        ours = {name: value for name, value in values.items() if name in names}
        return cls(**ours, **rest(others))

    keys = {**own, **more.get(cls, {})}
    required = tuple(key for key in keys.values() if key.is_required)
    return Table(keys=keys, make=make, required=required)


def keys_of(cls: type[Any], more: More = MappingProxyType({})) -> Keys:
    """Return the keys that the fields of *cls* are in a file."""
    hints = get_type_hints(cls, include_extras=True)
    keys = [
        _key(field, hints[field.name], more)
        for field in fields(cls)
        if field.metadata.get("key", True)
    ]
    return {key.name: key for key in keys}


def _key(field: Field[Any], hint: Any, more: More) -> Key:
    marks = field.metadata
    inner, shape = _inner(hint)
    factory = field.default_factory
    return Key(
        name=field.name.rstrip("_"),
        field=field.name,
        doc=cleandoc(inner.__doc__ or "") if inner else marks.get("doc", ""),
        hint=hint,
        default=field.default if factory is MISSING else factory(),
        form=_table(inner, more) if inner else values.adapter(hint, marks.get("check")),
        shape=shape,
        is_secret=marks.get("secret", False) or values.is_secret(hint),
        is_later=marks.get("later", False),
        is_idle=marks.get("idle", False),
        is_metric=marks.get("metric", False),
        is_of_nodes=marks.get("node", False),
    )


def _inner(hint: Any) -> tuple[type[Any] | None, Shape]:
    """Return the dataclass that stands as a table in *hint*, None where it is a value."""
    shape = Shape.MANY if get_origin(hint) is tuple else Shape.ONE
    for candidate in (hint, *get_args(hint)):
        is_class = isinstance(candidate, type) and is_dataclass(candidate)
        if is_class and candidate not in _VALUES:
            return candidate, shape
    return None, shape
