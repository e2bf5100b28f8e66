"""Slack: an incoming webhook of Slack, or of what speaks like it: Mattermost, Discord."""

import re
from dataclasses import dataclass, field

from watchkeeper.core.fitting import cut, listed
from watchkeeper.core.message import Message
from watchkeeper.core.status import Status
from watchkeeper.core.url import Url
from watchkeeper.core.wording import added, happened, names, time_of_day
from watchkeeper.outside.outside import Outside

MOST_TEXT = 2_000
MOST_FIELD = 1_024
_MOST_NAMES = 1_200
_COLORS = {Status.HEALTHY: "good", Status.SICK: "warning", Status.DEAD: "danger"}
_ROUSING = re.compile(r"@(?=(?:channel|everyone|here|all)\b)")
_NOTHING_SEEN = "\u200b"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A hook of Slack, or of one that speaks like it."""

    hook_url: Url = field(metadata={"doc": "the incoming webhook", "secret": True})
    mention_channel: bool = field(default=False, metadata={"doc": "rouses all of the channel"})


async def send(message: Message, settings: Settings, outside: Outside) -> None:
    """Send *message*; the limits that are kept are the narrowest of those who take it."""
    await outside.http.send_json(
        settings.hook_url, json=document(message, mention_channel=settings.mention_channel)
    )


def document(message: Message, *, mention_channel: bool) -> dict[str, object]:
    """Return the body of *message*."""
    text = _text(message)
    return {
        "text": f"<!channel> {text}" if mention_channel else text,
        "attachments": [
            {
                "fallback": text,
                "color": _COLORS[message.status],
                "fields": _fields(message),
            }
        ],
    }


def _text(message: Message) -> str:
    said = f"{happened(message)}: *{message.status.word}*."
    nodes = listed([escaped(name) for name in names(message)], _MOST_NAMES)
    if nodes:
        said += f" Nodes: *{nodes}*."
    lines = map(escaped, added(message))
    return listed([said, *lines], MOST_TEXT - len("<!channel> "), between="\n")


def _fields(message: Message) -> list[dict[str, object]]:
    nodes = listed([escaped(name) for name in names(message)], MOST_FIELD)
    fields = [
        _field("Status", message.status.word.title(), short=True),
        _field("Time", time_of_day(message.at), short=True),
        _field("Monitor Page", escaped(cut(message.page_url, MOST_FIELD // 2)), short=False),
    ]
    return [_field("Nodes", nodes, short=False), *fields] if nodes else fields


def _field(title: str, value: str, *, short: bool) -> dict[str, object]:
    return {"title": title, "value": value, "short": short}


def escaped(text: str) -> str:
    """Return *text* so that it is shown as it is, and rouses nobody."""
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _ROUSING.sub(f"@{_NOTHING_SEEN}", text)
