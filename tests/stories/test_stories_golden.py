"""A run of the real Vigil with alarms, lived again: the same messages at the same moments.

`golden/timeline.jsonl` is what happened, and what Vigil believed of it; `golden/messages.jsonl`
is what it then sent to a webhook, and to the two telephones that got reminders only.
"""

import asyncio
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.house import name as named
from tests.house import plan
from tests.story import Story, story
from watchkeeper.core.plan import Mode, Plan
from watchkeeper.core.reminder import Backoff, Reminding
from watchkeeper.core.report import SELF, Report, Source, SourceKind
from watchkeeper.core.status import Status
from watchkeeper.judge.decide import Case
from watchkeeper.judge.flush import Flush
from watchkeeper.judge.rules import Rules
from watchkeeper.speak.startup import say_startup

GOLDEN = Path(__file__).parent / "golden"
AHEAD_S = 0.8
"""By how much the messages' clock runs ahead of that of the timeline."""
LATE_S = 2.0
"""How much later than ours Vigil's may come: it looks every 10 s, and sends one by one."""
TICK_S = 10.0
LONG_MS = 3_600_000
WORDS = {"healthy": Status.HEALTHY, "sick": Status.SICK, "dead": Status.DEAD}
RELAY, GATEWAY, UP, TCP = (
    "relay:socket-client:r1",
    "internal:gateway:gw-1",
    "internal:site:http://127.0.0.1:8126/up",
    "internal:site:tcp://127.0.0.1:8126",
)
REPLICAS = ([RELAY], [GATEWAY], [UP, TCP])
"""Those of each node in the order of the report; the script of the last one is always well."""


class Told(NamedTuple):
    """One message: when, in seconds of the timeline, and what a receiver reads in it."""

    t: float
    kind: str
    status: str
    replicas: list[str]


def lines(file: str) -> Iterator[dict[str, Any]]:
    return map(json.loads, (GOLDEN / file).read_text().splitlines())


def vigils() -> Plan:
    wanted = plan(
        {
            "relay:socket-client": Mode.PUSH,
            "internal:gateway": Mode.LOCAL,
            "internal:site": (UP.split(":", 2)[2], TCP.split(":", 2)[2]),
            "plugin:script": ("0",),
        },
        channels=("webhook", "twilio 2"),
        reminding=Reminding(interval_ms=10_000, backoff=Backoff.LINEAR, limit=2, escalates=True),
    )
    hook, twilio = wanted.channels
    return replace(wanted, channels=(hook, replace(twilio, reminders_only=True)))


def beliefs() -> Iterator[tuple[float, dict[str, Status | None]]]:
    """Yield each moment at which Vigil believed something else, and what: None, it is gone.

    An end is moved to when it happened: Vigil adds up every 10 s, and so late that one more
    reminder would have been due by then to whoever is punctual.
    """
    word, done = "healthy", 0.0
    for line in lines("timeline.jsonl"):
        if "do" in line:
            done = line["t"]
        elif line["status"] != word:
            yield done if word == "dead" else line["t"], dict(_believed(line["report"]))
            word = line["status"]


def _believed(report: dict[str, Any]) -> Iterator[tuple[str, Status | None]]:
    nodes = [node for probe in report["probes"] for node in probe["nodes"]]
    for names, node in zip(REPLICAS, nodes[:3], strict=True):
        known: list[Status | None] = [WORDS[word] for word in node["replicas"]]
        yield from zip(names, known or [None] * len(names), strict=True)


async def live(day: Story) -> None:
    """Let all happen at the moment at which Vigil saw it."""
    await say_startup(day.home.ground)
    known: dict[str, Status | None] = {}
    for t, believed in beliefs():
        await day.until(f"0:{int(t)}")
        day.clock.pass_ms(round(t % 1 * 1_000))
        news = {who: status for who, status in believed.items() if known.get(who) is not status}
        await asyncio.gather(*(happen(day, who, status) for who, status in news.items()))
        known |= believed
        day.home.follower.hurry()
        await day.settle()
    await day.until("3:00")


async def happen(day: Story, who: str, status: Status | None) -> None:
    home, name = day.home, named(who)
    if status is None:
        node_no = home.follower.view.node_no(name.of_node)
        assert node_no is not None
        case = Case(home.page_no, Rules.of(home.plan), home.now())
        await home.store.write(Flush(case, name, node_no, "a test"))
        return
    looked = who in {UP, TCP}
    source = SELF if looked else Source(SourceKind.REPORTER)
    now = day.clock.steady()
    report = Report(
        status=status, source=source, heard=now, seq=now, valid_ms=0 if looked else LONG_MS
    )
    await home.door.take(name, report)


def recorded(channel: str) -> list[dict[str, Any]]:
    return [line for line in lines("messages.jsonl") if line["channel"] == channel]


def ours(day: Story) -> list[Told]:
    """What the webhook heard, but for what we add: news while the status stays."""
    told = []
    status = ""
    for (who, _), message, t in zip(day.heard, day.messages, day.moments, strict=True):
        if who == "webhook":
            one = Told(t, message.kind, message.status.word, [str(n) for n in message.replicas])
            if one.kind != "changed" or one.status != status:
                told.append(one)
            status = one.status
    return told


@pytest.fixture
def day(tmp_path: Path) -> Story:
    lived: list[Story] = []

    async def main() -> None:
        async with story(str(tmp_path / "story.db"), vigils()) as today:
            await live(today)
            lived.append(today)

    asyncio.run(main())
    return lived[0]


def test_the_webhook_hears_what_it_heard_from_vigil(day: Story) -> None:
    expected = [
        Told(line["t"] - AHEAD_S, body["type"], body["status"], body["replicas"])
        for line in recorded("webhook")
        for body in [line["body"]]
    ]
    assert [one[1:] for one in ours(day)] == [one[1:] for one in expected]
    for mine, its in zip(ours(day), expected, strict=True):
        is_end = (its.kind, its.status) == ("changed", "healthy")
        assert 0 <= its.t - mine.t < (TICK_S if is_end else LATE_S)


def test_the_telephones_are_reminded_when_vigil_reminded_them(day: Story) -> None:
    expected = [line["t"] - AHEAD_S for line in recorded("twilio")]
    moments = [
        t for (who, _), t in zip(day.heard, day.moments, strict=True) if who.startswith("twilio")
    ]
    assert len(moments) == len(expected) == 8
    assert all(0 <= b - a < LATE_S for a, b in zip(moments, expected, strict=True))


def test_the_first_reminder_rouses_the_first_telephone_alone(day: Story) -> None:
    urgent = [
        (who, message.reminder, message.is_urgent)
        for (who, _), message in zip(day.heard, day.messages, strict=True)
        if who.startswith("twilio")
    ]
    assert {(who, number) for who, number, is_urgent in urgent if not is_urgent} == {
        ("twilio 1", 1)
    }
