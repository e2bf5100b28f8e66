"""Reading: a tree of raw tables becomes settings; every problem on the way is kept."""

import difflib
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from watchkeeper.config import values
from watchkeeper.config.problems import Finding, Path, Severity, header
from watchkeeper.config.schema.file import FileTable
from watchkeeper.config.source import Tree
from watchkeeper.config.tables import Key, Shape, Table


@dataclass(slots=True)
class Reading:
    """What came of reading a file; *file* is None where it could not be read whole.

    *secrets* are the paths of secret keys; *later* and *idle* those of keys that ask for
    what this version does not do, or that will never do anything.
    """

    unknown_is: Severity
    file: FileTable | None = None
    errors: list[Finding] = field(default_factory=list)
    unknown: list[Finding] = field(default_factory=list)
    secrets: set[Path] = field(default_factory=set)
    later: list[Path] = field(default_factory=list)
    idle: list[Path] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """Return all that was found, errors first."""
        return self.errors + self.unknown


def read(tree: Tree, table: Table, *, strict: bool) -> Reading:
    """Return what *tree* says, in the words of *table*; *strict* refuses unknown keys."""
    reading = Reading(Severity.ERROR if strict else Severity.WARNING)
    reading.file = _read_table(tree, table, (), reading)
    return reading


def _read_table(raw: Tree, table: Table, path: Path, reading: Reading) -> Any:
    errors_before = len(reading.errors)
    given = {}
    for name, value in raw.items():
        if name in table.keys:
            key = table.keys[name]
            given[key.field] = _read_key(value, key, (*path, name), reading)
        else:
            finding = Finding((*path, name), _unknown(name, tuple(table.keys)), reading.unknown_is)
            reading.unknown.append(finding)
    reading.errors += [
        _missing(key, (*path, key.name)) for key in table.required if key.name not in raw
    ]
    if len(reading.errors) == errors_before:
        return _made(table, given, path, reading)
    return None


def _made(table: Table, given: dict[str, Any], path: Path, reading: Reading) -> Any:
    try:
        return table.make(given)
    except ValueError as error:
        reading.errors.append(Finding(path, str(error)))
        return None


def _read_key(raw: Any, key: Key, path: Path, reading: Reading) -> Any:
    if key.is_secret:
        reading.secrets.add(path)
    if isinstance(key.form, Table):
        value = _read_tables(raw, key, key.form, path, reading)
    else:
        value = _read_value(raw, key, key.form, path, reading)
    if key.is_idle:
        reading.idle.append(path)
    if key.is_later and value != key.default:
        reading.later.append(path)
    return value


def _read_value(raw: Any, key: Key, form: TypeAdapter[Any], path: Path, reading: Reading) -> Any:
    try:
        return form.validate_python(raw)
    except ValidationError as error:
        reading.errors += values.findings(error, raw, path, secret=key.is_secret)
        return None


def _read_tables(raw: Any, key: Key, table: Table, path: Path, reading: Reading) -> Any:
    if isinstance(raw, dict) and key.shape is not Shape.MANY:
        one = _read_table(raw, table, path, reading)
        return one if key.shape is Shape.ONE else (one,)
    items = raw if isinstance(raw, list) and key.shape is not Shape.ONE else [None]
    if not all(isinstance(item, dict) for item in items):
        text = f"must be a table: begin it with {key.header(path)}"
        reading.errors.append(Finding(path, text))
        return None
    return tuple(
        _read_table(item, table, (*path, index), reading) for index, item in enumerate(items)
    )


def _missing(key: Key, path: Path) -> Finding:
    if isinstance(key.form, Table):
        return Finding(path, f"is missing: add {key.header(path)}")
    where = header(path[:-1], many=isinstance(path[-2], int))
    return Finding(path, f"is missing: add it to {where}")


@lru_cache
def _unknown(name: str, known: tuple[str, ...]) -> str:
    nearest = difflib.get_close_matches(name, known, n=1)
    return f"is not a known key; did you mean {nearest[0]}?" if nearest else "is not a known key"
