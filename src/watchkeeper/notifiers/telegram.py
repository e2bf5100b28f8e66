"""Telegram: a message to a chat, from a bot."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from watchkeeper.core.fitting import in_utf16, listed
from watchkeeper.core.message import Message
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url
from watchkeeper.core.wording import ICONS, added, happened, names
from watchkeeper.outside.answer import Answer
from watchkeeper.outside.http import Meaning, json_of, wait_ms
from watchkeeper.outside.outside import Outside

API = Url.parse("https://api.telegram.org/")
MOST_TEXT = 4_096
_MOST_NAMES = 2_400
_MOST_ADDED = 1_000
_MARKUP = re.compile(r"[_*`\[]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A chat of Telegram."""

    bot_token: Secret = field(metadata={"doc": "token of the bot"})
    chat_id: int | str = field(metadata={"doc": "the chat to write to, or a channel's `@name`"})
    message_thread_id: int | str | None = field(
        default=None, metadata={"doc": "a topic in the chat"}
    )
    api_url: Url = field(
        default=API, metadata={"doc": "where the Bot API is; another one is for tests or a proxy"}
    )


async def send(message: Message, settings: Settings, outside: Outside) -> None:
    """Send *message*, with all that people wrote escaped: Telegram refuses half a markup."""
    token = quote(settings.bot_token.reveal(), safe=":")
    await outside.http.send_json(
        settings.api_url.under(f"bot{token}/sendMessage"),
        json=document(message, settings),
        heed=_heed,
    )


def document(message: Message, settings: Settings) -> dict[str, object]:
    """Return the body of *message*."""
    body: dict[str, object] = {"chat_id": _number(settings.chat_id)}
    if settings.message_thread_id not in {None, ""}:
        body["message_thread_id"] = _number(settings.message_thread_id)
    return {
        **body,
        "text": text(message),
        "parse_mode": "markdown",
        "disable_web_page_preview": True,
    }


def text(message: Message) -> str:
    """Return the text of *message*, in Telegram's first markup."""
    word = message.status.name
    first = f"{ICONS[message.status]} {happened(message)}: *{word}*."
    every = zip(message.replicas, names(message), strict=True)
    lines = [f"- `{_in_code(said)}`: {message.status_of(name).word}" for name, said in every]
    nodes = listed(lines, _MOST_NAMES, between="\n", size=in_utf16)
    more = map(escaped, added(message))
    rest = listed([nodes, *more], _MOST_NAMES + _MOST_ADDED, between="\n", size=in_utf16)
    return listed(
        [first, rest, f"Link: {escaped(message.page_url)}"],
        MOST_TEXT,
        between="\n",
        size=in_utf16,
    )


def escaped(text: str) -> str:
    """Return *text* so that it is shown as it is."""
    return _MARKUP.sub(r"\\\g<0>", text)


def _in_code(text: str) -> str:
    return text.replace("`", "\u02cb")  # nothing can be escaped there


def _number(given: int | str | None) -> int | str | None:
    """Return *given* as a number where it is one without a sign, as the ancestor did."""
    if isinstance(given, str) and given.isascii() and given.isdigit():
        return int(given)
    return given


def _heed(answer: Answer) -> Meaning:
    told = json_of(answer)
    if told.get("ok") is not False:
        return Meaning(answer.status)
    code, parameters = told.get("error_code"), told.get("parameters")
    status = code if isinstance(code, int) and code > answer.status else max(answer.status, 400)
    wished = parameters.get("retry_after") if isinstance(parameters, Mapping) else None
    return Meaning(status, wait_ms(wished, 1000))
