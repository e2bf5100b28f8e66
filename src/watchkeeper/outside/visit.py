"""Visit: one attempt to look, under one deadline, told as a report."""

from collections.abc import Awaitable, Callable

from watchkeeper.core.reason import NONE, Reason
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.outside.deadline import Deadlines
from watchkeeper.outside.failure import Failure, Ours, ResolverFailed, TimedOut
from watchkeeper.outside.journey import Journey, Phase

Seen = tuple[Status, Reason]
FINE: Seen = (Status.HEALTHY, NONE)


async def visit(
    go: Callable[[Journey], Awaitable[Seen]], timeout_ms: int, deadlines: Deadlines
) -> Report:
    """Return what *go* found within *timeout_ms*; how it failed is a finding too."""
    journey = Journey(timeout_ms)
    try:
        with deadlines.within(timeout_ms / 1000):
            status, reason = await go(journey)
    except Failure as failure:
        status, reason = _found(failure)
    except TimeoutError:
        status, reason = _found(_late(journey))
    latency_us = journey.end(reason.detail)
    return Report(status=status, reason=reason, latency_us=latency_us, evidence=journey)


def _found(failure: Failure) -> Seen:
    status = Status.BLIND if isinstance(failure, Ours) else Status.DEAD
    return status, Reason(failure.code, str(failure))


def _late(journey: Journey) -> Failure:
    within = f"within {journey.timeout_ms / 1000:g} s"
    if journey.phase in {None, Phase.RESOLVE}:
        return ResolverFailed(f"the resolver did not answer {within}")
    return TimedOut(f"the look did not end {within}: it was still {journey.phase}")
