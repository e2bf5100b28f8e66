"""Check: what the command of that name says about a file."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from watchkeeper.config.kinds import Kinds
from watchkeeper.config.load import load
from watchkeeper.config.problems import BadConfig, Problem, Severity

BAD_FILE = 2


def check(
    path: Path, kinds: Kinds, environ: Mapping[str, str], *, strict: bool = False
) -> tuple[Problem, ...]:
    """Return every problem of the file at *path*; when *strict*, unknown keys are errors."""
    try:
        return load(path, kinds, environ, strict=strict).notices
    except BadConfig as bad:
        return bad.problems


def report(problems: Iterable[Problem]) -> list[str]:
    """Return one line for each of *problems*; what is no error says so at its end."""
    return [_line(problem) for problem in problems]


def exit_code(problems: Iterable[Problem]) -> int:
    """Return 2 where one of *problems* is an error, else 0."""
    has_error = any(problem.severity is Severity.ERROR for problem in problems)
    return BAD_FILE if has_error else 0


def _line(problem: Problem) -> str:
    is_error = problem.severity is Severity.ERROR
    return str(problem) if is_error else f"{problem} ({problem.severity.value})"
