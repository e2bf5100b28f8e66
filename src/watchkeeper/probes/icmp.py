"""ICMP: a host is healthy when every address of its name answers a ping."""

import asyncio
from dataclasses import dataclass
from urllib.parse import urlsplit

from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.outside.connect import Place, gravest
from watchkeeper.outside.failure import Failure, Ours
from watchkeeper.outside.journey import Journey, Phase
from watchkeeper.outside.outside import Outside
from watchkeeper.outside.resolve import resolver_option
from watchkeeper.outside.visit import FINE, Seen, visit

SCHEMES = ("icmp",)
MOST_WAIT_S = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to look at a host."""

    resolver: str = resolver_option()


async def look(target: str, options: Options, timeout_ms: int, outside: Outside) -> Report:
    """Return healthy when every address of *target* answers, each within a second.

    The latency is the longest of their round trips. An address for which this machine has no
    route is left out, as long as another one answers.
    """
    place = Place(host=urlsplit(target).hostname or "", port=0, resolver=options.resolver)
    within_s = min(MOST_WAIT_S, timeout_ms / 1000)
    trips: list[int] = []

    async def ping(journey: Journey) -> Seen:
        addresses, failures = await outside.connect.checked(place, journey)
        journey.enter(Phase.WAIT)
        patience_s = journey.left_s() / 2
        asking = (_asked(outside, address, within_s, patience_s) for address in addresses)
        for address, answer in zip(addresses, await asyncio.gather(*asking), strict=True):
            if isinstance(answer, Failure):
                failures.append(answer)
            else:
                trips.append(answer)
                journey.note(f"{address} after {answer / 1000:.1f} ms")
        return _judged(trips, failures, journey)

    report = await visit(ping, timeout_ms, outside.deadlines)
    return report._replace(latency_us=max(trips)) if report.status is Status.HEALTHY else report


async def _asked(
    outside: Outside, address: str, within_s: float, patience_s: float
) -> int | Failure:
    try:
        return await outside.pinger.ping(address, within_s, patience_s)
    except Failure as failure:
        return failure


def _judged(trips: list[int], failures: list[Failure], journey: Journey) -> Seen:
    if not trips or any(not isinstance(failure, Ours) for failure in failures):
        raise gravest(failures)
    for failure in failures:
        journey.note(f"left out: {failure}")
    return FINE
