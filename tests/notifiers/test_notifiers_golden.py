"""What the ancestor sent, recorded, and what ours sends for the same facts."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from tests.loop import in_loop
from tests.notifiers.apis import Asked, far
from tests.notifiers.notifier_samples import message, settings
from watchkeeper.config import folder
from watchkeeper.core.message import Message, MessageKind
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.secret import Secret
from watchkeeper.core.status import Status
from watchkeeper.outside.outside import real

RECORDED = Path(__file__).parents[1] / "interop/golden/messages.jsonl"
KINDS = {
    "/slack/hook": "slack",
    "/zulip/api/v1/messages": "zulip",
    "/bot1234:TELEGRAMTOKEN/sendMessage": "telegram",
    "/1/messages.json": "pushover",
    "/message": "gotify",
    "/_matrix/client/r0/rooms/!abc123:example.com/send/m.room.message": "matrix",
    "/webex/v1/messages": "webex",
    "/2010-04-01/Accounts/ACCOUNTSID/Messages.json": "twilio",
}
_OF_THE_ANCESTOR = {"gotify", "matrix", "pushover", "slack", "telegram", "twilio", "webex", "zulip"}


def recorded() -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Yield each request with its kind, and the webhook that told the same facts."""
    batch: list[dict[str, Any]] = []
    for line in RECORDED.read_text().splitlines():
        one = json.loads(line)
        if one["kind"] != "http":
            continue
        if one["path"] == "/webhook":
            yield from ((KINDS[it["path"].partition("?")[0]], it, one) for it in batch)
            batch = []
        else:
            batch.append(one)


ALL = list(recorded())


def facts(webhook: dict[str, Any]) -> Message:
    told = json.loads(webhook["body"])
    time = datetime.strptime(told["time"], "%H:%M:%S UTC+00:00").replace(2026, 11, 20, tzinfo=UTC)
    return message(
        kind=MessageKind(told["type"]),
        status=Status[told["status"].upper()],
        at=int(time.timestamp() * 1000),
        page_title=told["page"]["title"],
        page_url=told["page"]["url"],
        replicas=tuple(ReplicaName(*name.split(":", 2)) for name in told["replicas"]),
    )


def fields(request: dict[str, Any] | Asked) -> Any:
    body = request["body"] if isinstance(request, dict) else request.body
    return json.loads(body) if body.startswith("{") else dict(parse_qsl(body))


def ours(kind: str, port: int, told: Any) -> Any:
    given: Any = settings(port)[kind]
    if kind == "pushover":
        return replace(given, user_keys=(Secret(told["user"]),))
    return replace(given, to=(told["To"],)) if kind == "twilio" else given


def test_every_kind_of_the_ancestor_that_has_an_api_was_recorded() -> None:
    assert {kind for kind, _, _ in ALL} == _OF_THE_ANCESTOR


@pytest.mark.parametrize(("kind", "theirs", "webhook"), ALL, ids=[kind for kind, _, _ in ALL])
@in_loop
async def test_ours_sends_what_the_ancestor_sent_for_the_same_facts(
    kind: str, theirs: dict[str, Any], webhook: dict[str, Any]
) -> None:
    told = fields(theirs)
    async with far(kind) as side:
        urgent = replace(facts(webhook), is_urgent="priority" in told)
        notifier = folder.load(folder.NOTIFIERS, kind)
        await notifier.send(urgent, ours(kind, side.port, told), real())
    assert side.complaints == []
    [asked] = side.taken
    assert sorted_items(kind, fields(asked)) == sorted_items(kind, told)
    headers = dict(theirs["headers"])
    assert asked.headers["content-type"] == headers["content-type"]
    if kind != "matrix":  # by header and transaction now
        assert asked.headers.get("authorization") == headers.get("authorization")
        query = "&".join(f"{key}={value}" for key, value in asked.query.items())
        path = f"{asked.path}?{query}" if query else asked.path
        assert (asked.method, path) == (theirs["method"], theirs["path"])


def sorted_items(kind: str, told: Any) -> Any:
    """The ancestor counted a room's dead in no order, and its plain words said nothing."""
    if kind != "matrix":
        return told
    items = sorted(re.findall(r"<li>.*?</li>", told["formatted_body"]))
    rest = re.sub(r"<li>.*?</li>", "", told["formatted_body"])
    return {**told, "body": "", "formatted_body": [rest, items]}
