"""Zulip: a message to a channel, from a bot."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from watchkeeper.core.fitting import listed
from watchkeeper.core.message import Message
from watchkeeper.core.secret import Secret
from watchkeeper.core.status import Status
from watchkeeper.core.url import Url
from watchkeeper.core.wording import added, happened, names, time_of_day
from watchkeeper.outside.answer import Answer
from watchkeeper.outside.call import basic
from watchkeeper.outside.http import Meaning, json_of, wait_ms
from watchkeeper.outside.outside import Outside

TOPIC = "Vigil status"
"""The topic that the ancestor wrote under, so that the conversation goes on."""

MOST_CONTENT = 10_000
_MOST_NAMES = 6_000
_EMOJI = {Status.HEALTHY: ":check_mark:", Status.SICK: ":sick:", Status.DEAD: ":boom:"}
_LOOKALIKES = str.maketrans({"*": "\u2217", "`": "\u02cb"})
_PAIRS = re.compile(r"(?<=~)~|(?<=\$)\$|(?<=\])\(")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A channel (stream) of Zulip."""

    bot_email: str = field(metadata={"doc": "address of the bot"})
    bot_api_key: Secret = field(metadata={"doc": "key of the bot"})
    channel: str = field(metadata={"doc": "the channel (stream) to write to"})
    api_url: Url = field(
        metadata={"doc": "where the API is, such as `https://example.zulipchat.com/api/v1/`"}
    )


async def send(message: Message, settings: Settings, outside: Outside) -> None:
    """Send *message* under the topic of the ancestor."""
    await outside.http.send_form(
        settings.api_url.under("messages"),
        headers={"authorization": basic(settings.bot_email, settings.bot_api_key.reveal())},
        form={
            "type": "stream",
            "to": settings.channel,
            "topic": TOPIC,
            "content": content(message),
        },
        heed=_heed,
    )


def content(message: Message) -> str:
    """Return the text of *message*, in Zulip's markup."""
    word = message.status.word
    lines = [f"{happened(message)}:  *{word}* {_EMOJI[message.status]}."]
    nodes = listed([escaped(name) for name in names(message)], _MOST_NAMES)
    if nodes:
        lines.append(f" **Nodes**: *{nodes}*.")
    lines.append(f" **Status**: {word.title()}")
    lines.append(f" **Time**: {time_of_day(message.at)}")
    lines.append(f" **Page**: {escaped(message.page_url)}")
    lines += [f" {escaped(line)}" for line in added(message)]
    return listed(lines, MOST_CONTENT, between="\n")


def escaped(text: str) -> str:
    """Return *text* without markup: Zulip knows no escape, so lookalikes take its place."""
    return _PAIRS.sub("\u200b\\g<0>", text.translate(_LOOKALIKES))


def _heed(answer: Answer) -> Meaning:
    told: Mapping[str, object] = json_of(answer)
    if told.get("result") != "error":
        return Meaning(answer.status)
    is_early = told.get("code") == "RATE_LIMIT_HIT"
    status = max(answer.status, 429 if is_early else 400)
    return Meaning(status, wait_ms(told.get("retry-after"), 1000))
