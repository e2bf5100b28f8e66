"""Webex: a message to a room, from a bot."""

from dataclasses import dataclass, field

from watchkeeper.core.fitting import in_bytes, listed
from watchkeeper.core.message import Message
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url
from watchkeeper.core.wording import added, heading, names, time_of_day
from watchkeeper.outside.outside import Outside

MOST_TEXT = 7_439
_MOST_NAMES = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A room of Webex."""

    endpoint_url: Url = field(
        metadata={"doc": "where messages are posted: `https://webexapis.com/v1/messages`"}
    )
    token: Secret = field(metadata={"doc": "token of the bot"})
    room_id: str = field(metadata={"doc": "the room to write to"})


async def send(message: Message, settings: Settings, outside: Outside) -> None:
    """Send *message* as plain text."""
    await outside.http.send_json(
        settings.endpoint_url,
        headers={"authorization": f"Bearer {settings.token.reveal()}"},
        json={"roomId": settings.room_id, "text": text(message)},
    )


def text(message: Message) -> str:
    """Return the text of *message*, which is shown as it is."""
    lines = [
        heading(message),
        f"Status: {message.status.word.title()}",
        f"Nodes: {listed(names(message), _MOST_NAMES, size=in_bytes)}",
        f"Time: {time_of_day(message.at)}",
        f"URL: {message.page_url}",
        *added(message),
    ]
    return listed(lines, MOST_TEXT, between="\n", size=in_bytes)
