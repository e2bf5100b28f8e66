"""Load: a file becomes a Plan, or everything that is wrong with it is told at once."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path as FilePath
from typing import Any

from watchkeeper.config import rules
from watchkeeper.config.environment import Filled, fill, quote_bare
from watchkeeper.config.exposure import exposed, is_below
from watchkeeper.config.kinds import Kinds
from watchkeeper.config.nodes import SCRIPT
from watchkeeper.config.notices import notices
from watchkeeper.config.plan import build
from watchkeeper.config.positions import Positions
from watchkeeper.config.problems import (
    BadConfig,
    Finding,
    Path,
    Problem,
    Severity,
    dotted,
    has_password,
    refusal,
)
from watchkeeper.config.reading import Reading, read
from watchkeeper.config.schema.file import FileTable
from watchkeeper.config.server import Server
from watchkeeper.config.source import Tree, parse, read_text
from watchkeeper.config.tables import describe
from watchkeeper.core.plan import Plan


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What a good file says; *notices* is what its operator should still know."""

    server: Server
    plan: Plan
    notices: tuple[Problem, ...]


def load(
    path: FilePath, kinds: Kinds, environ: Mapping[str, str], *, strict: bool = False
) -> Loaded:
    """Return what the file at *path* says, for a program that has *kinds*.

    Raise BadConfig with all its problems when it cannot be used; when *strict*, a key that
    is not known is enough for that.
    """
    text = quote_bare(read_text(path))
    try:
        filled = fill(parse(text, str(path)), environ)
        reading = read(filled.tree, describe(kinds), strict=strict)
        plan, findings = _planned(reading, filled, kinds)
        findings += exposed(path, filled, reading.secrets) if plan else ()
        problems = _located(findings, text, str(path))
    except RecursionError:
        raise refusal(str(path), "has lists or tables that are nested too deeply") from None
    if plan is None or reading.file is None:
        raise BadConfig(problems)
    server = _server(reading.file, _secret_variables(filled, reading))
    return Loaded(server=server, plan=plan, notices=problems)


def _planned(reading: Reading, filled: Filled, kinds: Kinds) -> tuple[Plan | None, list[Finding]]:
    schemes = frozenset(kinds.probes) - {SCRIPT}
    findings = [*filled.findings, *rules.check(filled.tree, schemes), *reading.findings]
    if reading.file is None or any(map(_is_error, findings)):
        return None, findings
    plan, contradictions = build(reading.file, kinds)
    findings += contradictions or notices(reading, reading.file, kinds)
    return None if contradictions else plan, findings


def _is_error(finding: Finding) -> bool:
    return finding.severity is Severity.ERROR


def _located(findings: list[Finding], text: str, file: str) -> tuple[Problem, ...]:
    """Return the problems in the order of their lines: of each place one, the worst."""
    if not findings:
        return ()
    positions = Positions(text)
    chosen: dict[Path, Finding] = {}
    for finding in sorted(findings, key=_is_error, reverse=True):
        chosen.setdefault(finding.path, finding)
    problems = [
        Problem(
            file,
            positions.line(finding.path, finding.word),
            "" if finding.is_general else dotted(finding.path),
            finding.text,
            finding.severity,
        )
        for finding in findings
        if finding.is_general or finding is chosen[finding.path]
    ]
    return tuple(sorted(problems, key=lambda problem: problem.line))


def _server(file: FileTable, secret_variables: frozenset[str]) -> Server:
    return Server(
        log_level=file.server.log_level,
        inet=file.server.inet,
        manager_token=file.server.manager_token,
        reporter_token=file.server.reporter_token,
        store=file.server.store,
        assets=FilePath(file.assets.path),
        script_parallelism=file.metrics.script_parallelism,
        secret_variables=secret_variables,
        allowed_addresses=file.server.allowed_addresses,
        anchors=file.server.anchors,
    )


def _secret_variables(filled: Filled, reading: Reading) -> frozenset[str]:
    return frozenset(
        name
        for path, name in filled.used
        if is_below(path, reading.secrets) or _has_password(filled.tree, path)
    )


def _has_password(tree: Tree, path: Path) -> bool:
    value: Any = tree
    for step in path:
        value = value[step]
    return isinstance(value, str) and has_password(value)
