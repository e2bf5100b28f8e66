"""Email: a mail for every message, handed to the operator's own mail server."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import Annotated

from pydantic import Field

from watchkeeper.core import texts, wording
from watchkeeper.core.fitting import listed
from watchkeeper.core.message import Message
from watchkeeper.core.secret import Secret
from watchkeeper.outside.outside import Outside
from watchkeeper.outside.quote import cleaned
from watchkeeper.outside.smtp import Letter, Login, MailServer, Security, deliver

Port = Annotated[int, Field(ge=1, le=65_535)]

_SUBMISSIONS = 465  # the port on which TLS is spoken from the first byte
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_HOST = re.compile(r"[^\s/@\[\]]{1,253}")
_POLICY = SMTP.clone(cte_type="7bit")
_SUBJECT_ROOM, _BODY_ROOM, _MOST_IN_HEADER = 200, 100_000, 250
_MOST_THREADS = 20


def check_host(text: str) -> None:
    """Raise ValueError when *text* is no name or address of a machine."""
    if not _HOST.fullmatch(text):
        raise ValueError("must be the name or the address of a machine, without a port")


def check_address(text: str) -> None:
    """Raise ValueError when *text* is not one plain address."""
    if not _ADDRESS.fullmatch(text):
        raise ValueError("must be one address, such as ops@example.com")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Mail through an SMTP server."""

    to: str = field(metadata={"doc": "who gets the mail: one address", "check": check_address})
    from_: str = field(metadata={"doc": "who sends it: one address", "check": check_address})
    smtp_host: str = field(
        default="localhost", metadata={"doc": "the mail server", "check": check_host}
    )
    smtp_port: Port = field(default=587, metadata={"doc": "its port"})
    smtp_username: str | None = field(default=None, metadata={"doc": "our user there, if any"})
    smtp_password: Secret | None = field(default=None, metadata={"doc": "the user's password"})
    smtp_encrypt: bool = field(
        default=True,
        metadata={"doc": "refuses to send without encryption; else STARTTLS where it is offered"},
    )
    smtp_implicit_tls: bool | None = field(
        default=None,
        metadata={"doc": "TLS from the first byte, without STARTTLS; when absent, on port 465"},
    )


async def send(message: Message, settings: Settings, outside: Outside) -> None:
    """Send *message*; a mail that comes twice has the same Message-ID."""
    letter = Letter(
        sender=settings.from_,
        recipient=settings.to,
        content=mail(message, settings).as_bytes(),
    )
    await deliver(outside.connect, outside.sending, server(settings), letter)


def server(settings: Settings) -> MailServer:
    """Return the mail server of *settings*; a user without a password, or the reverse, is none."""
    login = None
    if settings.smtp_username and settings.smtp_password:
        login = Login(user=settings.smtp_username, password=settings.smtp_password)
    return MailServer(
        host=settings.smtp_host, port=settings.smtp_port, security=_security(settings), login=login
    )


def _security(settings: Settings) -> Security:
    is_implicit = settings.smtp_implicit_tls
    if is_implicit is None:
        is_implicit = settings.smtp_port == _SUBMISSIONS
    if is_implicit:
        return Security.FROM_THE_START
    return Security.REQUIRED if settings.smtp_encrypt else Security.WHERE_OFFERED


def mail(message: Message, settings: Settings) -> EmailMessage:
    """Return *message* as a mail, in one thread with all mails about the same alerts."""
    made = EmailMessage(policy=_POLICY)
    made["From"] = Address(_one_line(message.page_title), addr_spec=settings.from_)
    made["To"] = settings.to
    made["Subject"] = _one_line(subject(message))
    made["Date"] = datetime.fromtimestamp(message.at // 1000, UTC)
    domain = settings.from_.rpartition("@")[2]
    made["Message-ID"] = f"<{message.id}@{domain}>"
    threads = [f"<{alert.id}@{domain}>" for alert in message.alerts]
    if threads:
        made["In-Reply-To"] = threads[-1]
        made["References"] = " ".join(threads[-_MOST_THREADS:])
    made["Auto-Submitted"] = "auto-generated"
    made.set_content("\n".join(body(message)).encode(errors="replace").decode())
    return made


def subject(message: Message) -> str:
    """Return the status, and who is dead, as far as a subject has room."""
    word = message.status.word.upper()
    names = listed(wording.names(message), _SUBJECT_ROOM)
    return f"{word} | {names}" if names else word


def body(message: Message) -> list[str]:
    """Return the lines: the ancestors' in their order, then what we add."""
    return [
        wording.heading(message),
        "",
        "--",
        f"Status: {message.status.word.title()}",
        f"Nodes: {listed(wording.names(message), _BODY_ROOM)}",
        f"Time: {wording.time_of_day(message.at)}",
        f"URL: {message.page_url}",
        *wording.added(message, _BODY_ROOM),
        "--",
        "",
        texts.ENGLISH["email.unsubscribe"],
        "",
    ]


def _one_line(text: str) -> str:
    """Return *text* as a header may hold it: nothing in it begins another one."""
    return cleaned(text.encode(errors="replace").decode(), _MOST_IN_HEADER)
