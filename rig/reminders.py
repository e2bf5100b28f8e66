"""Reminders: how often a channel is reminded, and of what."""

from collections.abc import Iterator, Mapping, Sequence

from rig.evidence import SLACK_MS
from rig.history import Received
from rig.telling import moment


def is_reminder(message: Received) -> bool:
    """Return whether *message* is a reminder without any news."""
    return bool(message.body["type"] == "reminder")


def reminded_of(messages: Sequence[Received]) -> set[str]:
    """Return the replicas that the reminders among *messages* name."""
    return {name for one in messages if is_reminder(one) for name in one.body["replicas"]}


def complaints(messages: Sequence[Received], interval_ms: int) -> Iterator[str]:
    """Yield which alerts were reminded of too early, or after their end was told.

    One is due an interval after it opened or was reminded of last. Who would be within half an
    interval goes along; how late a message came says nothing of when the next may come.
    """
    last: dict[str, int] = {}
    over: set[str] = set()
    for message in messages:
        alerts = {one["alert"]: one for one in message.body["alerts"]}
        for key, alert in alerts.items():
            last.setdefault(key, moment(alert["since"]))
        if is_reminder(message):
            earliest = _earliest({key: last[key] for key in alerts}, interval_ms)
            last |= earliest
            for key, at in earliest.items():
                if message.at < at - SLACK_MS:
                    yield f"a reminder of {key[:8]} at {message.at}, before {at}"
                if key in over:
                    yield f"a reminder of {key[:8]} after its end"
        over |= {key for key, alert in alerts.items() if not alert["dead"]}


def _earliest(last: Mapping[str, int], interval_ms: int) -> dict[str, int]:
    """Return when each alert may have been reminded of, together, after it was *last*."""
    due = min(last.values(), default=0) + interval_ms
    return {key: max(due, at + interval_ms // 2) for key, at in last.items()}
