"""One look: a few attempts of a probe, and what they add up to."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import cached_property

from watchkeeper.core.plan import Looking
from watchkeeper.core.reason import Reason
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.outside.outside import Outside

VOID_AFTER_MS = 5_000
"""A look that ends so much later than it may was held up by us, and counts for nothing."""

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
    """Return the report of the first attempt that is not dead, or of the last one."""
    looking = aim.looking
    report = await aim.probe(aim.address, aim.options, looking.timeout_ms, outside)
    for _ in range(looking.retries):
        if report.status is not Status.DEAD:
            break
        await outside.clock.sleep(looking.retry_wait_ms)
        report = await aim.probe(aim.address, aim.options, looking.timeout_ms, outside)
    if report.status is Status.HEALTHY and report.latency_us >= looking.sick_ms * 1000:
        return report._replace(status=Status.SICK, reason=Reason("slow"))
    return report


async def not_available(target: str, options: object, timeout_ms: int, outside: Outside) -> Report:
    """Return what a replica is whose way of looking this program does not have: blind."""
    del options, timeout_ms, outside
    return Report(status=Status.BLIND, reason=Reason("unavailable", f"no probe for {target}"))
