"""The channels of Vigil's file that this version cannot speak through yet.

They are checked, and named in a notice, so that nothing is dropped in silence. A kind that
the program brings itself takes the place of the one here, which may then be deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import Field

from watchkeeper.config.schema import about
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url

Port = Annotated[int, Field(ge=0, le=65_535)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Email:
    """Mail through an SMTP server."""

    to: str = field(metadata=about("who gets the mail"))
    from_: str = field(metadata=about("who sends it"))
    smtp_host: str = field(default="localhost", metadata=about("the mail server"))
    smtp_port: Port = field(default=587, metadata=about("its port"))
    smtp_username: str | None = field(default=None, metadata=about("user at the mail server"))
    smtp_password: Secret | None = field(default=None, metadata=about("the user's password"))
    smtp_encrypt: bool = field(default=True, metadata=about("refuses to send without encryption"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Twilio:
    """Text messages."""

    to: tuple[str, ...] = field(metadata=about("telephone numbers"))
    service_sid: str = field(metadata=about("the messaging service"))
    account_sid: str = field(metadata=about("the account"))
    auth_token: Secret = field(metadata=about("the account's token"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slack:
    """A hook of Slack, or of one that speaks like it."""

    hook_url: Secret = field(metadata=about("the incoming webhook"))
    mention_channel: bool = field(default=False, metadata=about("rouses all of the channel"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Zulip:
    """A stream of Zulip."""

    bot_email: str = field(metadata=about("address of the bot"))
    bot_api_key: Secret = field(metadata=about("key of the bot"))
    channel: str = field(metadata=about("the stream to write to"))
    api_url: Url = field(metadata=about("where the API is, with a `/` at its end"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Telegram:
    """A chat of Telegram."""

    bot_token: Secret = field(metadata=about("token of the bot"))
    chat_id: str = field(metadata=about("the chat to write to"))
    message_thread_id: int | str | None = field(default=None, metadata=about("a topic in the chat"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Pushover:
    """Push messages to telephones."""

    app_token: Secret = field(metadata=about("token of the application"))
    user_keys: tuple[Secret, ...] = field(metadata=about("who gets the messages"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Gotify:
    """Push messages through a self-hosted server."""

    app_url: Url = field(metadata=about("where the server is"))
    app_token: Secret = field(metadata=about("token of the application"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Xmpp:
    """A chat message."""

    to: str = field(metadata=about("who gets the message"))
    from_: str = field(metadata=about("who sends it"))
    xmpp_password: Secret = field(metadata=about("the sender's password"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """A room of Matrix."""

    homeserver_url: Url = field(metadata=about("where the server is"))
    access_token: Secret = field(metadata=about("token of the sender"))
    room_id: str = field(metadata=about("the room to write to"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Webex:
    """A room of Webex."""

    endpoint_url: Url = field(metadata=about("where the API is"))
    token: Secret = field(metadata=about("token of the bot"))
    room_id: str = field(metadata=about("the room to write to"))


LATER: Mapping[str, type[Any]] = MappingProxyType(
    {
        "email": Email,
        "twilio": Twilio,
        "slack": Slack,
        "zulip": Zulip,
        "telegram": Telegram,
        "pushover": Pushover,
        "gotify": Gotify,
        "xmpp": Xmpp,
        "matrix": Matrix,
        "webex": Webex,
    }
)
