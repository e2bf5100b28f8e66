"""Gotify: push messages through a self-hosted server."""

from dataclasses import dataclass, field
from urllib.parse import quote

from watchkeeper.core.fitting import listed
from watchkeeper.core.message import Message
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url
from watchkeeper.core.wording import added, names, preamble, time_of_day
from watchkeeper.outside.outside import Outside

MOST_MESSAGE = 16_000
_MOST_NAMES = 12_000
_URGENT = "10"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Push messages through a self-hosted server."""

    app_url: Url = field(metadata={"doc": "where the server is"})
    app_token: Secret = field(metadata={"doc": "token of the application"})


async def send(message: Message, settings: Settings, outside: Outside) -> None:
    """Send *message*; one without a priority gets that of the application."""
    token = quote(settings.app_token.reveal(), safe="")
    form = {"title": message.page_title, "message": text(message)}
    await outside.http.send_form(
        settings.app_url.under(f"message?token={token}"),
        form={**form, "priority": _URGENT} if message.is_urgent else form,
    )


def text(message: Message) -> str:
    """Return the text of *message*, which is shown as it is."""
    first = preamble(message)
    head = f"{first}\n\n" if first else ""
    nodes = listed(names(message), _MOST_NAMES, between="\n")
    lines = [
        f"{head}Status: {message.status.name}",
        f"Nodes:\n{nodes}",
        f"Time: {time_of_day(message.at)}",
        *added(message),
    ]
    return listed(lines, MOST_MESSAGE, between="\n")
