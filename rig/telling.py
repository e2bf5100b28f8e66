"""Telling: what the messages that a channel took add up to, replica by replica."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from rig.history import Received


@dataclass(frozen=True, slots=True)
class Span:
    """An outage as a channel was told of it, from its death to its end (wall milliseconds)."""

    replica: str
    dead_at: int
    back_at: int


@dataclass(slots=True)
class Telling:
    """What a channel knows: outages that ended, those still open, and what was out of order.

    *open* maps a replica to the moment of the message that called it dead; *startups* are the
    moments of those that said that the program started.
    """

    channel: str
    spans: list[Span] = field(default_factory=list)
    open: dict[str, int] = field(default_factory=dict)
    disorder: list[str] = field(default_factory=list)
    startups: list[int] = field(default_factory=list)
    messages: int = 0

    def hear(self, message: Received) -> None:
        """Take in a message that was not heard before."""
        body = message.body
        self.messages += 1
        self.startups += [message.at] if body["type"] == "startup" else []
        first = {back["replica"]: back for back in reversed(body["recovered"])}
        for back in body["recovered"]:
            self._recover(message, back, is_first=back is first[back["replica"]])
        for name in _dead(body):
            self.open.setdefault(name, message.at)

    def _recover(self, message: Received, back: dict[str, Any], *, is_first: bool) -> None:
        name = back["replica"]
        span = Span(name, moment(back["dead_at"]), moment(back["back_at"]))
        was_open = name in self.open
        if back["told"] is not (was_open and is_first):
            said = "was never told" if back["told"] else "had been told"
            self._complain(message, f"the death of {name}, which is back, {said}")
        earlier = [one for one in self.spans if one.replica == name]
        if earlier and earlier[-1].back_at > span.dead_at:
            self._complain(message, f"an outage of {name} is told twice, or out of order")
        if span.back_at < span.dead_at:
            self._complain(message, f"{name} came back before it died")
        self.open.pop(name, None)
        self.spans.append(span)

    def _complain(self, message: Received, words: str) -> None:
        self.disorder.append(f"{self.channel}, message {message.id[:8]}: {words}")


def listen(channel: str, messages: Iterable[Received]) -> Telling:
    """Return what *channel* knows after *messages*; repeats say nothing new."""
    telling = Telling(channel)
    heard: set[str] = set()
    for message in messages:
        if message.taken and message.id not in heard:
            heard.add(message.id)
            telling.hear(message)
    return telling


def moment(text: str) -> int:
    """Return the wall milliseconds of *text*, as messages write them."""
    return round(datetime.fromisoformat(text).timestamp() * 1000)


def _dead(body: Any) -> list[str]:
    if body.get("unrecorded"):
        return list(body["replicas"])
    return [name for alert in body["alerts"] for name in alert["dead"]]
