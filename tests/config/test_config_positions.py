import tomllib
from collections.abc import Iterator
from typing import Any

from watchkeeper.config.positions import Positions
from watchkeeper.config.problems import Path

TEXT = '''\
# a comment with [brackets] and a "quote

title = "x" # [not.a.table]
a.b."c.d" = 5
when = 1979-05-27 07:32:00.5
list = [
    1, # one
    [2,
     3],

    { x = 1, y = [
        4 ] },
]
text = """
[not.a.table]
"""
'single' = { }

[server]
inline = { one = 1, two.three = 2 }

[[probe.service]]
id = "a"

[[probe.service.node]]
id = "a0"
    [probe.service.node.headers]
    x = 1

[[probe.service.node]]
id = "a1"

[[probe.service]]
id = "b"
[["probe".service."node"]]
id = "b0"
last = true'''


def paths(value: Any, path: Path = ()) -> Iterator[Path]:
    yield path
    if isinstance(value, list):
        value = dict(enumerate(value))
    for step, item in value.items() if isinstance(value, dict) else ():
        yield from paths(item, (*path, step))


def line_of(*path: str | int) -> int:
    return Positions(TEXT).line(path)


def test_keys_and_tables_have_the_line_on_which_they_begin() -> None:
    assert line_of("title") == 3
    assert line_of("when") == 5
    assert line_of("text") == 14
    assert line_of("single") == 17
    assert line_of("server") == 19


def test_dotted_and_quoted_keys_are_found() -> None:
    assert line_of("a", "b", "c.d") == 4
    assert line_of("a") == 4
    assert line_of("server", "inline", "two", "three") == 20


def test_items_of_lists_have_their_own_lines() -> None:
    assert line_of("list", 0) == 7
    assert line_of("list", 1, 0) == 8
    assert line_of("list", 1, 1) == 9
    assert line_of("list", 2) == 11
    assert line_of("list", 2, "y", 0) == 12


def test_nested_tables_are_counted_within_their_own_parent() -> None:
    assert line_of("probe") == 22
    assert line_of("probe", "service", 0, "node", 0, "headers", "x") == 28
    assert line_of("probe", "service", 0, "node", 1, "id") == 31
    assert line_of("probe", "service", 1) == 33
    assert line_of("probe", "service", 1, "node", 0, "last") == 37


def test_what_is_not_there_has_the_line_of_its_table() -> None:
    assert line_of("probe", "service", 1, "node", 0, "mode") == 35
    assert line_of("server", "token") == 19
    assert line_of("nothing") == 1


def test_a_word_in_a_long_text_is_found_on_its_own_line() -> None:
    positions = Positions(TEXT)
    assert positions.line(("text",), "not.a.table") == 15
    assert positions.line(("text",), "nowhere") == 14


def test_a_table_that_comes_after_its_children_has_its_own_line() -> None:
    assert Positions("[a.b]\nx = 1\n[a]\ny = 2").line(("a",)) == 3


def test_no_path_of_a_file_is_missed() -> None:
    positions = Positions(TEXT)
    missed = [path for path in paths(tomllib.loads(TEXT)) if positions.line(path) == 1]
    assert missed == [()]


def test_an_empty_text_has_a_first_line() -> None:
    assert Positions("").line(("server",)) == 1
