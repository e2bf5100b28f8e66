"""Trial: one look on demand, told to a person with everything that was seen."""

from collections.abc import Iterable

from watchkeeper.core.reason import words
from watchkeeper.core.report import UNKNOWN, Report
from watchkeeper.core.status import Status
from watchkeeper.outside.outside import Outside
from watchkeeper.watch.look import Aim, look

_EXIT_CODES = {Status.HEALTHY: 0, Status.SICK: 1, Status.BLIND: 3, Status.DEAD: 2}  # by weight


async def trial(aim: Aim, outside: Outside) -> Report:
    """Return what one look at *aim* sees, with its retries, exactly as the server looks."""
    return await look(aim, outside)


def gravest(reports: Iterable[Report]) -> int:
    """Return the exit code of the gravest of *reports*: who is dead outweighs who was not seen."""
    seen = {report.status for report in reports}
    return [code for status, code in _EXIT_CODES.items() if status in seen][-1]


def told(title: str, report: Report) -> list[str]:
    """Return the lines that say what *report* on *title* means, the verdict first."""
    verdict = report.status.word
    if report.reason.code:
        verdict += f": {words(report.reason.code)}"
    lines = [f"{title} is {verdict}"]
    evidence = str(report.evidence)
    if report.reason.detail not in evidence:
        lines.append(report.reason.detail)
    if report.latency_us != UNKNOWN:
        lines.append(f"it took {report.latency_us / 1000:.1f} ms")
    return lines + [f"  {line}" for line in evidence.splitlines()]
