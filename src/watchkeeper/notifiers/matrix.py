"""Matrix: a message to a room; a repeat has the same transaction and is dropped there."""

from collections import Counter
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from watchkeeper.core.fitting import cut, in_bytes, listed
from watchkeeper.core.message import Message
from watchkeeper.core.secret import Secret
from watchkeeper.core.status import Status
from watchkeeper.core.url import Url
from watchkeeper.core.wording import ICONS, MOST_NAME, added, happened, names, time_of_day
from watchkeeper.outside.answer import Answer
from watchkeeper.outside.http import Meaning, json_of, wait_ms
from watchkeeper.outside.outside import Outside

MOST_BODY = 16_000
MOST_HTML = 32_000
"""Bytes: an event may have 65,536, with all that the server adds."""

_MOST_NAMES = 12_000
_MOST_COUNTS = 24_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A room of Matrix."""

    homeserver_url: Url = field(metadata={"doc": "where the server is"})
    access_token: Secret = field(metadata={"doc": "token of the sender"})
    room_id: str = field(metadata={"doc": "the room to write to, such as `!abc:example.com`"})


async def send(message: Message, settings: Settings, outside: Outside) -> None:
    """Send *message* as the transaction of its id."""
    room, transaction = quote(settings.room_id, safe="!:"), quote(message.id, safe="")
    await outside.http.send_json(
        settings.homeserver_url.under(
            f"_matrix/client/v3/rooms/{room}/send/m.room.message/{transaction}"
        ),
        headers={"authorization": f"Bearer {settings.access_token.reveal()}"},
        json=document(message),
        method="PUT",
        heed=_heed,
    )


def document(message: Message) -> dict[str, object]:
    """Return the event of *message*: plain text, and HTML for those who show it."""
    return {
        "msgtype": "m.text",
        "body": text(message),
        "format": "org.matrix.custom.html",
        "formatted_body": html(message),
    }


def text(message: Message) -> str:
    """Return *message* as plain text: what notifications and simple programs show."""
    said = f"{ICONS[message.status]} {happened(message)}: {message.status.name}."
    nodes = listed(names(message), _MOST_NAMES, size=in_bytes)
    lines = [
        f"{said} Nodes: {nodes}." if nodes else said,
        *added(message),
        f"Status page: {message.page_url}",
        f"Time: {time_of_day(message.at)}",
    ]
    return listed(lines, MOST_BODY, between="\n", size=in_bytes)


def html(message: Message) -> str:
    """Return *message* as HTML, which counts the dead and the sick of each node."""
    word = message.status.name
    lines = [
        f"{ICONS[message.status]} {happened(message)}: <em>{word}</em>.",
        *[escape(line) for line in added(message)],
        f"Status page: {escape(message.page_url)}",
        f"Time: {time_of_day(message.at)}",
    ]
    first, *rest = [f"<p>{line}</p>" for line in lines]
    return listed([first, _counts(message), *rest], MOST_HTML, between="", size=in_bytes)


def _counts(message: Message) -> str:
    nodes: dict[str, Counter[Status]] = {}
    for one in message.replicas:
        node = cut(str(one.of_node), MOST_NAME)
        nodes.setdefault(node, Counter())[message.status_of(one)] += 1
    items = [
        f"<li><code>{escape(node)}</code>: {_counted(mine)}</li>" for node, mine in nodes.items()
    ]
    return f"<ul>{listed(items, _MOST_COUNTS, between='', size=in_bytes)}</ul>" if items else ""


def _counted(statuses: Counter[Status]) -> str:
    worst_first = sorted(statuses, reverse=True)
    return ", ".join(f"{statuses[status]} {status.word}" for status in worst_first)


def _heed(answer: Answer) -> Meaning:
    return Meaning(answer.status, wait_ms(json_of(answer).get("retry_after_ms"), 1))
