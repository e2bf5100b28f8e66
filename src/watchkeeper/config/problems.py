"""Problems: what is wrong with a file, where, and the way out.

BadConfig    the file cannot be used; holds every Problem that was found in it
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

Path = tuple[str | int, ...]

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_PASSWORD = re.compile(r"(?:(?<=//)|(?<=['\"]))([^\s/'\":@]*):[^\s/]*@")
_LONGEST_QUOTE = 80


class Severity(Enum):
    """How bad a problem is: only an error keeps a file from being used."""

    ERROR = "error"
    WARNING = "warning"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem whose line is not known yet: *path* is the key that it is about.

    *word* is a text that stands on the line, where the value goes over several. What
    *is_general* names its keys itself, and borrows no more than the line.
    """

    path: Path
    text: str
    severity: Severity = Severity.ERROR
    word: str = ""
    is_general: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem as people read it. *line* is 0, and *key* empty, where it has none."""

    file: str
    line: int
    key: str
    text: str
    severity: Severity

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (place, self.key, self.text) if part)


class BadConfig(Exception):
    """The file cannot be used; *problems* is everything that is wrong with it."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__("\n".join(map(str, problems)))
        self.problems = problems


def refusal(file: str, text: str, line: int = 0) -> BadConfig:
    """Return the one problem of a file that cannot even be read."""
    return BadConfig((Problem(file, line, "", text, Severity.ERROR),))


def dotted(path: Path) -> str:
    """Return *path* as people write it: `probe.service[0].node[2].mode`."""
    return "".join(map(_step, path)).removeprefix(".")


def header(path: Path, *, many: bool) -> str:
    """Return how the table at *path* is begun in a file: `[notify]`, `[[probe.service]]`."""
    name = dotted(tuple(step for step in path if isinstance(step, str)))
    return f"[[{name}]]" if many else f"[{name}]"


def masked(text: str) -> str:
    """Return *text* without the passwords of the URLs in it."""
    return _PASSWORD.sub(r"\1:***@", text)


def has_password(text: str) -> bool:
    """Return whether a URL in *text* has a password."""
    return masked(text) != text


def some(names: Sequence[str], most: int) -> str:
    """Return the first of *names*, *most* at the most, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def quoted(value: object) -> str:
    """Return *value* as a message may show it: short, on one line, without passwords."""
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    shown = masked(repr(value)) if isinstance(value, str) else str(value)
    return shown if len(shown) <= _LONGEST_QUOTE else shown[: _LONGEST_QUOTE - 1] + "…"


def refused(why: str, value: object) -> str:
    """Return *why* a value was refused, with the value."""
    why = masked(why[:1].lower() + why[1:])
    return f"{why}, not {quoted(value)}" if why.startswith("must") else f"{why}: {quoted(value)}"


def _step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _BARE_KEY.fullmatch(step) else f".{json.dumps(step, ensure_ascii=False)}"
