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
class Xmpp:
    """A chat message."""

    to: str = field(metadata=about("who gets the message"))
    from_: str = field(metadata=about("who sends it"))
    xmpp_password: Secret = field(metadata=about("the sender's password"))


LATER: Mapping[str, type[Any]] = MappingProxyType(
    {
        "email": Email,
        "xmpp": Xmpp,
    }
)
