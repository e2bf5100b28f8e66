"""Figures: the last numbers of a replica, or the highest ones of a node, in few words."""

from collections.abc import Collection, Iterator, Mapping

from watchkeeper.core.measure import Measure
from watchkeeper.core.queue import Counts
from watchkeeper.core.report import UNKNOWN

_MS_US = 1_000
_SECOND_US = 1_000_000
_PERCENT = 10  # thousandths


def figures(measure: Measure, language: Mapping[str, str]) -> str:
    """Return what *measure* says, empty where it says nothing."""
    return ", ".join(_said(measure, "page.figure", language))


def highest(measures: Collection[Measure], language: Mapping[str, str]) -> str:
    """Return the highest numbers of *measures*, empty where there are none."""
    most = Measure(*map(max, zip(*measures, strict=True))) if measures else Measure()
    form = "page.figure" if len(measures) == 1 else "page.most"
    return ", ".join(_said(most, form, language))


def queue(counts: Counts, language: Mapping[str, str]) -> str:
    """Return how many messages wait, and how many are being worked on."""
    return language["page.queue"].format(ready=counts.ready, nack=counts.nack)


def _said(measure: Measure, form: str, language: Mapping[str, str]) -> Iterator[str]:
    if measure.latency_us != UNKNOWN:
        yield language[f"{form}.latency"].format(value=_latency(measure.latency_us, language))
    for name, share in (("cpu", measure.cpu), ("ram", measure.ram)):
        if share != UNKNOWN:
            yield language[f"{form}.{name}"].format(value=round(share / _PERCENT))


def _latency(us: int, language: Mapping[str, str]) -> str:
    if us < _MS_US:
        return language["page.under_a_millisecond"]
    if us < _SECOND_US:
        return f"{us // _MS_US} ms"
    return f"{us / _SECOND_US:.1f} s"
