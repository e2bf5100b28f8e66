"""Positions: on which line of a file a key, a table or an item of a list stands.

The text was accepted by `tomllib` before, so that nothing here is ever refused. It is read
only when there is something to say about it.
"""

import re
import tomllib
from collections.abc import Iterator
from typing import NamedTuple

from watchkeeper.config.problems import Path

# Atomic: what was read is never read again, however long a text or broken a file is. Not
# possessive groups, which Python before 3.11.5 matches wrongly.
STRING = r'''
      """(?> (?: [^"\\]+ | \\. | "(?!"") )* )"{3,5}
    | \'\'\'(?> (?: [^']+ | '(?!\'\') )* )'{3,5}
    | "(?> (?: [^"\\\n]+ | \\. )* )"
    | '[^'\n]*+'
'''
_TOKEN = re.compile(
    rf"""
      (?P<string> {STRING} )
    | (?P<mark> [\[\]{{}}=,.\n] )
    | (?P<word> [^\s\[\]{{}}=,.\#"']+ )
    | \#[^\n]*+ | \s
    """,
    re.VERBOSE | re.DOTALL,
)
_ENDS_A_VALUE = frozenset({",", "]", "}", "\n", ""})


class Positions:
    """The lines of a text, by path; what has none of its own has that of its table."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines = _Finder(text).find()

    def line(self, path: Path, word: str = "") -> int:
        """Return the line of *path*, or where *word* stands in a value of several lines."""
        while path not in self._lines:
            path = path[:-1]
        first = self._lines[path]
        below = self._text.split("\n")[first - 1 :] if word else []
        return first + next((n for n, line in enumerate(below) if word in line), 0)


class _Token(NamedTuple):
    kind: str
    text: str
    line: int


_END = _Token("mark", "", 0)


class _Finder:
    """One walk through the tokens of a text, which notes the line of each path."""

    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._now = next(self._tokens, _END)
        self._lines: dict[Path, int] = {(): 1}
        self._last_items: dict[Path, int] = {}

    def find(self) -> dict[Path, int]:
        table: Path = ()
        while self._now is not _END:
            if self._now.text == "\n":
                self._step()
            elif self._now.text == "[":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _step(self) -> _Token:
        token, self._now = self._now, next(self._tokens, _END)
        return token

    def _note(self, path: Path, line: int) -> None:
        self._lines[path] = line
        for length in range(1, len(path)):
            self._lines.setdefault(path[:length], line)

    def _header(self) -> Path:
        line = self._step().line
        is_item = self._now.text == "["
        if is_item:
            self._step()
        keys = self._keys()
        self._step()
        if is_item:
            self._step()
        path = self._table(keys, is_item=is_item)
        self._note(path, line)
        return path

    def _table(self, keys: list[str], *, is_item: bool) -> Path:
        path: Path = ()
        for key in keys[:-1]:
            path = self._last_item((*path, key))
        path = (*path, keys[-1])
        if is_item:
            self._last_items[path] = self._last_items.get(path, -1) + 1
        return self._last_item(path)

    def _last_item(self, path: Path) -> Path:
        return (*path, self._last_items[path]) if path in self._last_items else path

    def _keys(self) -> list[str]:
        keys = [_key(self._step())]
        while self._now.text == ".":
            self._step()
            keys.append(_key(self._step()))
        return keys

    def _pair(self, table: Path) -> None:
        line = self._now.line
        path = (*table, *self._keys())
        self._step()
        self._note(path, line)
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._now.text == "[":
            self._list(path)
        elif self._now.text == "{":
            self._inline_table(path)
        else:
            while self._now.kind != "mark" or self._now.text not in _ENDS_A_VALUE:
                self._step()

    def _list(self, path: Path) -> None:
        self._step()
        count = 0
        while self._now.text != "]":
            if self._now.text in {",", "\n"}:
                self._step()
                continue
            self._note((*path, count), self._now.line)
            self._value((*path, count))
            count += 1
        self._step()

    def _inline_table(self, path: Path) -> None:
        self._step()
        while self._now.text != "}":
            if self._now.text == ",":
                self._step()
            else:
                self._pair(path)
        self._step()


def _tokens(text: str) -> Iterator[_Token]:
    line = 1
    for match in _TOKEN.finditer(text):
        if match.lastgroup:
            yield _Token(match.lastgroup, match[0], line)
        line += match[0].count("\n")


def _key(token: _Token) -> str:
    if token.kind == "word":
        return token.text
    return next(iter(tomllib.loads(f"{token.text} = 0")))
