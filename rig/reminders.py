"""Reminders: how often a channel is reminded, and of what."""

from collections import Counter
from collections.abc import Iterator, Sequence

from rig.history import Received


def is_reminder(message: Received) -> bool:
    """Return whether *message* is a reminder without any news."""
    return bool(message.body["type"] == "reminder")


def reminded_of(messages: Sequence[Received]) -> set[str]:
    """Return the replicas that the reminders among *messages* name."""
    return {name for one in messages if is_reminder(one) for name in one.body["replicas"]}


def complaints(messages: Sequence[Received], interval_ms: int) -> Iterator[str]:
    """Yield which alerts were reminded of too often, or after their end was told."""
    first: dict[str, int] = {}
    times: Counter[str] = Counter()
    over: set[str] = set()
    for message in messages:
        for alert in message.body["alerts"]:
            key = alert["alert"]
            first.setdefault(key, message.at)
            if is_reminder(message):
                times[key] += 1
                most = (message.at - first[key]) // interval_ms + 1
                if times[key] > most:
                    yield f"reminder {times[key]} of {key[:8]}, which may have had {most}"
                if key in over:
                    yield f"a reminder of {key[:8]} after its end"
            if not alert["dead"]:
                over.add(key)
