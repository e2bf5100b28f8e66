"""Pushover: push messages to telephones, one request for each user."""

from dataclasses import dataclass, field
from html import escape

from watchkeeper.core.fitting import cut, listed
from watchkeeper.core.message import Message
from watchkeeper.core.naming import few
from watchkeeper.core.secret import Secret
from watchkeeper.core.status import Status
from watchkeeper.core.url import Url
from watchkeeper.core.wording import added, names, preamble, time_of_day
from watchkeeper.outside.answer import Answer
from watchkeeper.outside.http import Meaning, json_of
from watchkeeper.outside.outside import Outside

API = Url.parse("https://api.pushover.net/1/")
MOST_MESSAGE = 1_024
MOST_TITLE = 250
MOST_URL = 512
MOST_URL_TITLE = 100
_MOST_NODES = 400
_COLORS = {Status.HEALTHY: "#54A158", Status.SICK: "#D5A048", Status.DEAD: "#C4291C"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Push messages to telephones."""

    app_token: Secret = field(metadata={"doc": "token of the application"})
    user_keys: tuple[Secret, ...] = field(
        metadata={"doc": "who gets the messages: users or groups", "target": True}
    )
    api_url: Url = field(
        default=API, metadata={"doc": "where the API is; another one is for tests or a proxy"}
    )


async def send(message: Message, settings: Settings, outside: Outside) -> None:
    """Send *message* to the one user of *settings*."""
    for user in settings.user_keys:
        await outside.http.send_form(
            settings.api_url.under("messages.json"),
            form={"token": settings.app_token.reveal(), "user": user.reveal(), **form(message)},
            heed=_heed,
        )


def form(message: Message) -> dict[str, str]:
    """Return what all users get of *message*."""
    fields = {
        "title": cut(message.page_title, MOST_TITLE),
        "message": html(message),
        "html": "1",
    }
    if len(message.page_url) <= MOST_URL:  # half a URL leads nowhere
        fields["url_title"] = cut(f"Details on {message.page_title}", MOST_URL_TITLE)
        fields["url"] = message.page_url
    if message.is_urgent:
        fields["priority"] = "1"
    return fields


def html(message: Message) -> str:
    """Return the text of *message*, in the little HTML that Pushover knows."""
    first = preamble(message)
    color, word = _COLORS[message.status], message.status.name
    head = f"<b><i>{first}</i></b>\n\n" if first else ""
    lines = [
        f'{head}<u>Status:</u> <b><font color="{color}">{word}</font></b>',
        f"<u>Nodes:</u> {_nodes(message)}",
        f"<u>Time:</u> {time_of_day(message.at)}",
    ]
    more = [escape(line) for line in added(message, room=100)]
    return listed([*lines, *more], MOST_MESSAGE, between="\n")


def _nodes(message: Message) -> str:
    for said in (", ".join(names(message)), few(message.replicas, _MOST_NODES)):
        if len(nodes := escape(said)) <= _MOST_NODES:
            return nodes
    return escape(few(message.replicas, _MOST_NODES, most=0))


def _heed(answer: Answer) -> Meaning:
    is_refused = json_of(answer).get("status") == 0
    return Meaning(max(answer.status, 400) if is_refused else answer.status)
