"""Twilio: text messages, one request for each telephone number."""

from dataclasses import dataclass, field
from typing import Annotated
from urllib.parse import quote

from pydantic import Field

from watchkeeper.core.fitting import cut, in_bytes
from watchkeeper.core.message import Message
from watchkeeper.core.naming import few
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url
from watchkeeper.core.wording import added, names, time_of_day, title
from watchkeeper.outside.call import basic
from watchkeeper.outside.outside import Outside

API = Url.parse("https://api.twilio.com/2010-04-01/")
MOST_BODY = 1_000
"""Bytes: some seven text messages, where Twilio itself would take more."""

_MOST_NODES = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Text messages."""

    to: tuple[str, ...] = field(metadata={"doc": "telephone numbers", "target": True})
    service_sid: str = field(metadata={"doc": "the messaging service"})
    account_sid: str = field(metadata={"doc": "the account"})
    auth_token: Secret = field(metadata={"doc": "the account's token"})
    daily_limit: Annotated[int, Field(ge=0)] = field(
        default=100,
        metadata={
            "doc": "most messages a day to each number; `0`: no limit",
            "daily_limit": True,
        },
    )
    api_url: Url = field(
        default=API, metadata={"doc": "where the API is; another one is for tests or a proxy"}
    )


async def send(message: Message, settings: Settings, outside: Outside) -> None:
    """Send *message* to the one number of *settings*."""
    account = quote(settings.account_sid, safe="")
    for number in settings.to:
        await outside.http.send_form(
            settings.api_url.under(f"Accounts/{account}/Messages.json"),
            headers={"authorization": basic(settings.account_sid, settings.auth_token.reveal())},
            form={
                "MessagingServiceSid": settings.service_sid,
                "To": number,
                "Body": text(message),
            },
        )


def text(message: Message) -> str:
    """Return the text of *message*: where it grows long, who is dead is counted."""
    lines = [
        title(message),
        "",
        f"Status: {message.status.word.title()}",
        f"Nodes: {_nodes(message)}",
        f"Time: {time_of_day(message.at)}",
        *added(message, room=100),
        "",
    ]
    return cut("\n".join(lines), MOST_BODY, in_bytes)


def _nodes(message: Message) -> str:
    every = ", ".join(names(message))
    return every if in_bytes(every) <= _MOST_NODES else few(message.replicas, _MOST_NODES)
