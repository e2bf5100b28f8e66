"""Script: a shell script that says by its exit code how its subject does."""

import signal
from dataclasses import dataclass, field

from watchkeeper.core.reason import Reason
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.outside.journey import MOST_EVIDENCE, Journey, Phase
from watchkeeper.outside.outside import Outside
from watchkeeper.outside.quote import cleaned
from watchkeeper.outside.run import Ended, Output
from watchkeeper.outside.visit import FINE, Seen, visit

SCHEMES = ("script",)
_SICK, _UNKNOWN = 1, 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to understand a script."""

    script_nagios_unknown: bool = field(
        default=False,
        metadata={"doc": "exit code 3 means that the script cannot know: blind instead of dead"},
    )


async def look(target: str, options: Options, timeout_ms: int, outside: Outside) -> Report:
    """Return what the script *target*, given as its text, says within *timeout_ms*."""
    output = Output()

    async def run(journey: Journey) -> Seen:
        journey.enter(Phase.RUN)
        ended = await outside.shell.run(target, output)
        journey.note(_words(ended))
        return _judged(ended, options, output)

    report = await visit(run, timeout_ms, outside.deadlines)
    return report._replace(evidence=_evidence(str(report.evidence), output))


def _judged(ended: Ended, options: Options, output: Output) -> Seen:
    detail = _words(ended) + _last_words(output)
    if ended.signal:
        return Status.DEAD, Reason(f"signal:{ended.signal}", detail)
    if ended.code == 0:
        return FINE
    if ended.code == _UNKNOWN and options.script_nagios_unknown:
        return Status.BLIND, Reason("cannot_know", detail)
    status = Status.SICK if ended.code == _SICK else Status.DEAD
    return status, Reason(f"exit:{ended.code}", detail)


def _words(ended: Ended) -> str:
    words = f"it ended with exit code {ended.code}"
    if ended.signal:
        words = f"it was killed by signal {ended.signal}, {signal.strsignal(ended.signal)}"
    if ended.left:
        words += f"; {ended.left} processes that it started could not be ended: they are not ours"
    return words


def _last_words(output: Output) -> str:
    lines = output.text.split("\n")
    last = next((line for line in reversed(lines) if line.strip()), "")
    return f"; its last words: {cleaned(last).strip()!r}" if last else ""


def _evidence(story: str, output: Output) -> str:
    """Return *story* and the end of *output*, as much as there is room for."""
    said = "\n".join(map(cleaned, output.text.splitlines()))
    if not said:
        return story
    head = f"{story}\nits output:\n"
    room = MOST_EVIDENCE - len(head)
    is_cut = output.is_cut or len(said) > room
    return head + ("…" + said[-room + 1 :] if is_cut else said)
