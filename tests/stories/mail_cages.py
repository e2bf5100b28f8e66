"""The cages of the notifier zoo that hear SMTP, and the ways in which mail servers misbehave."""

import asyncio
from collections.abc import Callable, Mapping
from email import message_from_bytes, policy

from tests.notifiers.faulty_mail import FaultyMail
from tests.stories.notifier_cages import DAY_MIN, HANG_S, Behaviour, Cage, read, reset
from watchkeeper.notifiers import email

EMAIL = "email"
_NEEDED = ("From", "To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type")


def saying(reply: bytes) -> Callable[[int], bytes]:
    return lambda _: reply


MAIL: Mapping[str, Behaviour] = {
    "away": Behaviour(is_away=True),
    "greylisted": Behaviour(answer=saying(b"451 4.7.1 come back later"), step="rcpt"),
    "full": Behaviour(answer=saying(b"452 4.2.2 no room")),
    "lost": Behaviour(takes=True),
    "refused": Behaviour(answer=saying(b"550 5.7.1 never"), step="mail", breaks=True),
    "busy": Behaviour(answer=saying(b"421 4.3.2 too many"), step="greeting"),
    "hang": Behaviour(hangs=True, most=2),
    "cut": Behaviour(step="ehlo"),
    "cut in the data": Behaviour(step="data"),
    "garbage": Behaviour(answer=saying(b"hello?"), step="greeting"),
    "long": Behaviour(answer=saying(b"250-" + b"x" * 100_000), takes=True, most=1),
    "spam": Behaviour(answer=saying(b"554 5.7.1 spam"), breaks=True),
    "insecure": Behaviour(is_secure=True, until_min=3 * DAY_MIN),
    "a day": Behaviour(answer=saying(b"451 4.3.0 not now"), until_min=DAY_MIN + 60),
}
"""The first five are played in CI."""


class MailCage(Cage):
    """The far side of a channel that sends mail."""

    async def meet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Take the mail, or misbehave."""
        is_ill, how = self.is_ill, self.behaviour
        if is_ill and how.hangs:
            await asyncio.wait_for(reader.read(), HANG_S)
            return
        reply = how.answer(self.clock.wall()) if how.answer else None
        server = FaultyMail(**({how.step: reply} if is_ill else {}))
        await server(reader, writer)
        if is_ill:
            self.waits.append(self.clock.steady())
        if server.content and (how.takes or not is_ill):
            self._keep(server.content, is_accepted=not is_ill)
        if is_ill and not reply:
            reset(writer)

    def _keep(self, content: bytes, *, is_accepted: bool) -> None:
        mail = message_from_bytes(content, policy=policy.default)
        missing = [name for name in _NEEDED if name not in mail]
        if missing or mail.defects:
            self.complaints.append(f"a mail without {missing}, with {mail.defects}")
        self.read.append(read(str(mail.get_content())))
        self.accepted += is_accepted

    @property
    def settings(self) -> email.Settings:
        """What the file would say of this cage."""
        return email.Settings(
            to="ops@example.com",
            from_="status@example.com",
            smtp_host="127.0.0.1",
            smtp_port=self.port,
            smtp_encrypt=False,
            smtp_implicit_tls=self.behaviour.is_secure,
        )
