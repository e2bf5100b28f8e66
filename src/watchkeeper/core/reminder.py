"""Reminder: when an open alert is spoken of again although nothing changed. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from watchkeeper.core.alert import Alert
from watchkeeper.core.moment import Moment


class Backoff(StrEnum):
    """How the time between reminders grows."""

    NONE = "none"
    LINEAR = "linear"
    SQUARE = "square"
    CUBIC = "cubic"


_POWER = {Backoff.NONE: 0, Backoff.LINEAR: 1, Backoff.SQUARE: 2, Backoff.CUBIC: 3}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminding:
    """How patiently an open alert is reminded of.

    The wait before the n-th reminder is *interval_ms* times n to the power that *backoff*
    names; from *limit* on it stays. One that *escalates* rouses n targets of each channel,
    else every reminder rouses all.
    """

    interval_ms: int
    backoff: Backoff = Backoff.NONE
    limit: int = 3
    escalates: bool = False


def due(alert: Alert, policy: Reminding) -> int:
    """Return the steady moment from which *alert* is to be reminded of again.

    It counts from when the alert opened or was reminded of last: who dies late is told
    meanwhile, and keeps no reminder away.
    """
    times = min(alert.reminders + 1, max(policy.limit, 1))
    wait_ms: int = policy.interval_ms * times ** _POWER[policy.backoff]
    return (alert.reminded or alert.opened) + wait_ms


def next_due(alerts: Mapping[int, Alert], policy: Reminding, muted_until: int) -> int | None:
    """Return when the first of the open *alerts* is reminded of; None where there is none."""
    first = min((due(alert, policy) for alert in alerts.values()), default=None)
    return None if first is None else max(first, muted_until)


def to_remind(
    alerts: Mapping[int, Alert], policy: Reminding, now: int, muted_until: int
) -> list[int]:
    """Return which of the open *alerts*, by number, are reminded of *now*.

    With one that is due go all that will be within half an interval. Nothing is due before
    *muted_until*; what was due meanwhile is said once.
    """
    first = next_due(alerts, policy, muted_until)
    if first is None or first > now:
        return []
    soon = now + policy.interval_ms // 2
    return [no for no, alert in alerts.items() if due(alert, policy) <= soon]


def remind(alert: Alert, now: Moment) -> Alert:
    """Return *alert* after one more reminder."""
    return replace(alert, seq=alert.seq + 1, reminders=alert.reminders + 1, reminded=now.steady)
