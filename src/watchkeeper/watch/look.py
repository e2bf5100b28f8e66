"""One look: a few attempts of a probe, and what they add up to."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from watchkeeper.core.plan import Looking
from watchkeeper.core.reason import Reason, words
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.outside.outside import Outside

VOID_AFTER_MS = 5_000
"""A look that ends so much later than it may was held up by us, and counts for nothing."""

MOST_TOLD = 10
"""Of so many changes of the reason among earlier attempts is told."""

Probe = Callable[[str, object, int, Outside], Awaitable[Report]]


@dataclass(frozen=True, kw_only=True)
class Aim:
    """At what a look is aimed, and how: with which probe, and how patiently.

    *kind* says which looks it shares a room with.
    """

    kind: str
    address: str
    probe: Probe
    options: object
    looking: Looking

    @cached_property
    def deadline_ms(self) -> int:
        """Return how long a look may take in all, with its retries and their waits."""
        looking = self.looking
        attempts = looking.retries + 1
        return attempts * looking.timeout_ms + looking.retries * looking.retry_wait_ms


async def look(aim: Aim, outside: Outside) -> Report:
    """Return the report of the first attempt that is not dead, or of the last one.

    Its evidence says why the earlier attempts failed.
    """
    looking = aim.looking
    failed: list[str] = []
    report = await aim.probe(aim.address, aim.options, looking.timeout_ms, outside)
    while report.status is Status.DEAD and len(failed) < looking.retries:
        failed.append(report.reason.code)
        await outside.clock.sleep(looking.retry_wait_ms)
        report = await aim.probe(aim.address, aim.options, looking.timeout_ms, outside)
    if failed:
        report = report._replace(evidence=Attempts(failed, report.evidence))
    if report.status is Status.HEALTHY and report.latency_us >= looking.sick_ms * 1000:
        return report._replace(status=Status.SICK, reason=Reason("slow"))
    return report


@dataclass(frozen=True, slots=True)
class Attempts:
    """What several attempts saw: for which reasons some *failed*, and all of the *last* one."""

    failed: Sequence[str]
    last: object

    def __str__(self) -> str:
        lines, number = [], 0
        for code, equal in groupby(self.failed):
            first, number = number + 1, number + len(list(equal))
            which = f"attempt {first}" if first == number else f"attempts {first} to {number}"
            lines.append(f"{which}: {words(code) or 'failed'}")
        return "\n".join([*lines[-MOST_TOLD:], f"attempt {number + 1}:", str(self.last)])


async def not_available(target: str, options: object, timeout_ms: int, outside: Outside) -> Report:
    """Return what a replica is whose way of looking this program does not have: blind."""
    del options, timeout_ms, outside
    return Report(status=Status.BLIND, reason=Reason("unavailable", f"no probe for {target}"))
