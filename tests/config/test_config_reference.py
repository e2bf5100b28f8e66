import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path as FilePath
from typing import Any, Literal

import pytest

from tests.config.config_samples import KINDS
from watchkeeper.config.environment import quote_bare
from watchkeeper.config.kinds import Kinds
from watchkeeper.config.problems import Path
from watchkeeper.config.reference import render
from watchkeeper.config.tables import Key, Table, describe

EVERYTHING = FilePath(__file__).parent / "good" / "everything.cfg"


def keys(table: Table, path: Path = ()) -> Iterator[tuple[Path, Key]]:
    for key in table.keys.values():
        place = (*path, key.name)
        yield place, key
        if isinstance(key.form, Table):
            yield from keys(key.form, place)


def section(page: str, path: Path) -> str:
    name = ".".join(map(str, path))
    parts = page.split("\n## ")
    return next(part for part in parts if part.startswith((f"`[{name}]`", f"`[[{name}]]`")))


def is_set(value: Any, path: Path) -> bool:
    if not path:
        return True
    if isinstance(value, list):
        return any(is_set(item, path) for item in value)
    return isinstance(value, dict) and path[0] in value and is_set(value[path[0]], path[1:])


def test_every_key_stands_in_the_section_of_its_table() -> None:
    page = render(KINDS)
    for path, key in keys(describe(KINDS)):
        if isinstance(key.form, Table):
            assert section(page, path)
        else:
            assert f"\n| `{path[-1]}` | " in section(page, path[:-1])


def test_every_key_has_a_meaning() -> None:
    assert [path for path, key in keys(describe(KINDS)) if not key.doc] == []


def test_the_sample_file_of_these_tests_sets_every_key() -> None:
    tree = tomllib.loads(quote_bare(EVERYTHING.read_text()))
    unset = [path for path, _ in keys(describe(KINDS)) if not is_set(tree, path)]
    assert {path[-1] for path in unset} == {"name", "reminders_only"}
    assert is_set(tree, ("notify", "gotify", "name"))
    assert is_set(tree, ("notify", "gotify", "reminders_only"))


@dataclass(frozen=True, slots=True)
class Options:
    """How to look at nothing."""

    words: Literal["a", "b"] = field(default="a", metadata={"doc": "this | that"})
    days: tuple[date, ...] = field(default=(), metadata={"doc": "days"})
    headers: dict[str, str | tuple[str, ...]] = field(
        default_factory=dict, metadata={"doc": "headers"}
    )
    limit: int | None = field(default=None, metadata={"doc": "a limit", "metric": True})


@pytest.mark.parametrize(
    "row",
    [
        '| `words` | `a`, `b` | `"a"` | this \\| that |',
        "| `days` | list (date) | none | days |",
        "| `headers` | table (text or list (text)) | none | headers |",
        "| `limit` | whole number | as in `[metrics]` | a limit |",
        "| `limit` | whole number | none | a limit |",
        '| `inet` | IP address and port | `"[::1]:8080"` |',
        "| `poll_interval` | whole number, at least 1 | `120` |",
        "| `push_system_cpu_sick_above` | number, at least 0 | `0.9` |",
        "| `pace` | list (whole number, 1 to 600) | `[30, 120, 300]` |",
        "| `page_url` | URL | **required** |",
        "| `workers` | whole number, 1 to 65535 | `4` | number of HTTP threads *(accepted, ",
        "| `mcp_server` | true or false | `false` | offers the page to assistants *(not available ",
    ],
)
def test_a_row_says_type_default_and_meaning(row: str) -> None:
    assert row in render(Kinds(probes={"nothing": Options}))


def test_a_channel_may_stand_once_or_several_times() -> None:
    page = render(KINDS)
    assert "\n## `[notify.webhook]`, or several `[[notify.webhook]]`\n" in page
