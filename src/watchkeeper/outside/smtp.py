"""SMTP: one mail, handed to a mail server over a connection of its own."""

import socket
from asyncio import WriteTransport
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import Enum
from typing import cast

from aiosmtplib import SMTP, SMTPException, SMTPResponseException

from watchkeeper.core.delivery import DeliveryError, Refused, Unreachable
from watchkeeper.core.lane import SEND_MS
from watchkeeper.core.secret import Secret
from watchkeeper.outside.answer import Answer
from watchkeeper.outside.connect import Connector, Place
from watchkeeper.outside.failure import Failure
from watchkeeper.outside.journey import Journey
from watchkeeper.outside.quote import cleaned
from watchkeeper.outside.sending import Sending
from watchkeeper.outside.tls import SYSTEM, context

_MOST_WORDS = 300
_TRANSIENT, _PERMANENT = range(400, 500), range(500, 600)
_METHODS = ("plain", "login")


class Security(Enum):
    """When a connection must be, or becomes, secure. Certificates are verified in each case."""

    FROM_THE_START = "from the start"
    REQUIRED = "required"
    WHERE_OFFERED = "where offered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Who we are to the server."""

    user: str
    password: Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """Where mails are handed over, and how."""

    host: str
    port: int
    security: Security
    login: Login | None = None

    def __str__(self) -> str:
        return f"{self.host} port {self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail: its envelope, and its headers and body as they are sent."""

    sender: str
    recipient: str
    content: bytes


async def deliver(
    connector: Connector, sending: Sending, server: MailServer, letter: Letter
) -> None:
    """Return once *server* has accepted *letter*: its last answer said 250.

    Raise Refused or Unreachable of `core.delivery`. The caller holds the total deadline.
    """
    try:
        async with _connected(connector, server) as client:
            await _secure(client, server)
            if server.login:
                await _log_in(client, server, server.login)
            await client.mail(letter.sender)
            await client.rcpt(letter.recipient)
            await sending.first_byte()
            code, words = await client.data(letter.content)
            sending.answer = Answer(code, (), words.encode(errors="replace"))
    except SMTPResponseException as error:
        raise _judged(error, server, maybe=sending.left) from error
    except (Failure, SMTPException, OSError) as error:
        raise Unreachable(f"{server}: {error}", maybe=sending.left) from error


@asynccontextmanager
async def _connected(connector: Connector, server: MailServer) -> AsyncIterator[SMTP]:
    place = Place(host=server.host, port=server.port)
    sock, _ = await connector.socket(place, Journey(SEND_MS))
    client = SMTP(
        hostname=server.host,
        sock=sock,
        local_hostname=_own_name(),
        timeout=None,
        use_tls=server.security is Security.FROM_THE_START,
        start_tls=False,
        tls_context=context(SYSTEM, ()),
    )
    try:
        await client.connect()
        yield client
        # It is accepted: whatever the server makes of a farewell changes nothing.
        if client.protocol and client.is_connected:
            client.protocol.write(b"QUIT\r\n")
            client.close()
    finally:
        if client.transport:  # at once: a server that takes nothing must not be waited for
            cast("WriteTransport", client.transport).abort()
        client.close()


async def _secure(client: SMTP, server: MailServer) -> None:
    await client.ehlo()
    if server.security is Security.FROM_THE_START:
        return
    if client.supports_extension("starttls"):
        await client.starttls()
        await client.ehlo()
    elif server.security is Security.REQUIRED:
        raise Refused(
            f"{server} offers no STARTTLS: choose port 465 if it speaks TLS there, or set "
            "smtp_encrypt = false to send in clear"
        )


async def _log_in(client: SMTP, server: MailServer, login: Login) -> None:
    offered = client.supported_auth_methods
    method = next((method for method in _METHODS if method in offered), None)
    if method is None:
        raise Refused(f"{server} takes neither PLAIN nor LOGIN: it cannot know {login.user!r}")
    say = client.auth_plain if method == "plain" else client.auth_login
    await say(login.user, login.password.reveal())


def _judged(error: SMTPResponseException, server: MailServer, *, maybe: bool) -> DeliveryError:
    words = f"{server} answered {error.code} {cleaned(error.message, _MOST_WORDS)}"
    if error.code in _PERMANENT:
        return Refused(words)
    return Unreachable(words, maybe=maybe and error.code not in _TRANSIENT)


def _own_name() -> str:
    name = socket.gethostname()
    is_plain = name.isascii() and name.isprintable() and " " not in name
    return name if name and is_plain else "localhost"
