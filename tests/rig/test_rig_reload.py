"""What the run of reloads holds against a channel, on messages by hand."""

from typing import Any

from rig.history import Received
from rig.runs.reload import without_news

NOBODY: list[Any] = []


def said(kind: str, *dead: str, back: str = "") -> Received:
    recovered = [{"replica": back}] if back else NOBODY
    body = {"type": kind, "alerts": [{"dead": list(dead)}], "recovered": recovered}
    return Received(0, "first", "accept", taken=True, clear=True, body=body)


def test_a_change_that_changes_nothing_is_told() -> None:
    start, death = said("startup"), said("changed", "a")
    assert list(without_news([start, death, said("changed", back="a"), said("changed", "a")])) == []
    assert len(list(without_news([start, death, said("changed", "a")]))) == 1


def test_the_word_that_we_started_may_go_along_with_a_reminder_once() -> None:
    death, again = said("changed", "a"), said("changed", "a")
    assert list(without_news([death, said("reminder", "a"), again])) == []
    assert len(list(without_news([death, again, again]))) == 1
