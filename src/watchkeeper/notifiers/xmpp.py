"""XMPP: a chat message, through an account at any XMPP server."""

import re
from dataclasses import dataclass, field
from importlib import import_module
from typing import Annotated, Any

from pydantic import Field

from watchkeeper.core import wording
from watchkeeper.core.delivery import Refused, Unreachable
from watchkeeper.core.fitting import listed
from watchkeeper.core.message import Message
from watchkeeper.core.secret import Secret
from watchkeeper.outside.connect import Place
from watchkeeper.outside.failure import Failure
from watchkeeper.outside.outside import Outside

NEEDS = "slixmpp"
"""The package without which nothing can be sent: the extra `watchkeeper[xmpp]`."""

RECORD = "_xmpp-client._tcp"
PORT = 5222
Port = Annotated[int, Field(ge=1, le=65_535)]

_ADDRESS = re.compile(r"[^@/\s\"&'<>:]{1,255}@[^@/\s]{1,255}(/[^\n]{1,255})?")
_ROOM = 8_000
_UNSPEAKABLE = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def check_address(text: str) -> None:
    """Raise ValueError when *text* is not the address of an account."""
    if not _ADDRESS.fullmatch(text):
        raise ValueError("must be an XMPP address, such as ops@example.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """A chat message over XMPP."""

    to: str = field(metadata={"doc": "who gets the message", "check": check_address})
    from_: str = field(metadata={"doc": "our account", "check": check_address})
    xmpp_password: Secret = field(metadata={"doc": "the account's password"})
    xmpp_host: str = field(
        default="",
        metadata={"doc": "the server; when absent, what the domain of `from` names as such"},
    )
    xmpp_port: Port | None = field(
        default=None, metadata={"doc": "its port, where STARTTLS is spoken; usually 5222"}
    )


async def send(message: Message, settings: Settings, outside: Outside) -> None:
    """Send *message*; a repeat has the same stanza id."""
    chat = _chat()
    account = chat.Account(
        address=settings.from_,
        password=settings.xmpp_password,
        places=await _places(settings, outside),
    )
    note = chat.Note(id=message.id, recipient=settings.to, text=text(message))
    await chat.deliver(outside.connect, outside.sending, account, note)


async def _places(settings: Settings, outside: Outside) -> list[Place]:
    """Return where to log in: what the file says, else the domain, else the domain itself."""
    domain = settings.from_.partition("/")[0].rpartition("@")[2]
    if not settings.xmpp_host and not settings.xmpp_port:
        try:
            found = await outside.directory.servers(RECORD, domain)
        except Failure as error:
            raise Unreachable(str(error), maybe=False) from error
        if found:
            return found
    return [Place(host=settings.xmpp_host or domain, port=settings.xmpp_port or PORT)]


def text(message: Message) -> str:
    """Return the words: the ancestors' lines in their order, then what we add."""
    lines = [
        wording.title(message),
        "",
        f"Status: {message.status.word.title()}",
        f"Nodes: {listed(wording.names(message), _ROOM)}",
        f"Time: {wording.time_of_day(message.at)}",
        f"URL: {message.page_url}",
        *wording.added(message),
    ]
    return _UNSPEAKABLE.sub("\ufffd", "\n".join(lines))


def _chat() -> Any:
    try:
        return import_module("watchkeeper.outside.chat")
    except ImportError as error:
        raise Refused(f"the package {NEEDS} is missing: install watchkeeper[xmpp]") from error
