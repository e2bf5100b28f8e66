"""What reference 12.2 asks of mail, and what we add, against a real server and faulty ones."""

import asyncio
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from rig.port import free_port
from tests.loop import in_loop
from tests.notifiers import exim
from tests.notifiers.faulty_mail import FaultyMail
from tests.notifiers.notifier_samples import API, AT, BACK, CORE, alert, message
from tests.outside.certificates import Authority
from tests.outside.world import Behaviour, Names
from tests.outside.world import serving as listening
from watchkeeper.core.delivery import Refused, Unreachable
from watchkeeper.core.message import Message, MessageKind
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.secret import Secret
from watchkeeper.core.status import Status
from watchkeeper.notifiers import email
from watchkeeper.outside import tls
from watchkeeper.outside.outside import real
from watchkeeper.outside.sending import Sending

DEATH = message(id="m1", replicas=(API, CORE), alerts=(alert(dead=(API, CORE)),))


@pytest.fixture(scope="module")
def server() -> Iterator[exim.Exim]:
    with exim.serving() as running:
        yield running


@pytest.fixture
def trusted(server: exim.Exim, monkeypatch: pytest.MonkeyPatch) -> Iterator[exim.Exim]:
    """The server, whose authority the system trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(server.authority))
    tls.context.cache_clear()
    yield server
    tls.context.cache_clear()


def settings(port: int, **parts: object) -> email.Settings:
    given: dict[str, object] = {
        "to": "ops@example.com",
        "from_": "status@example.com",
        "smtp_host": "localhost",
        "smtp_port": port,
    }
    return email.Settings(**{**given, **parts})  # type: ignore[arg-type]


def parsed(what: Message) -> EmailMessage:
    made = email.mail(what, settings(25)).as_bytes()
    return message_from_bytes(made, policy=policy.default)


def subject(what: Message) -> str:
    return str(parsed(what)["Subject"]).strip()  # a fold is no part of it


async def sent(what: Message, how: email.Settings) -> None:
    await email.send(what, how, real())


# The words.


def test_the_subject_is_the_status_and_who_is_dead() -> None:
    assert subject(DEATH) == (
        "DEAD | web:api:http://127.0.0.1:8126/up, web:core:tcp://edge-3.example.com:80"
    )


def test_the_subject_is_the_status_alone_where_nobody_is_dead() -> None:
    assert subject(message(status=Status.HEALTHY)) == "HEALTHY"


def test_the_body_says_what_the_ancestors_said_line_by_line() -> None:
    assert parsed(DEATH).get_content().splitlines() == [
        "Status change report from: Example Status",
        "",
        "--",
        "Status: Dead",
        "Nodes: web:api:http://127.0.0.1:8126/up, web:core:tcp://edge-3.example.com:80",
        "Time: 23:58:28 UTC+00:00",
        "URL: https://status.example.com/",
        "--",
        "",
        "To unsubscribe, please edit your status page configuration.",
    ]


@pytest.mark.parametrize(
    ("kind", "first"),
    [
        (MessageKind.STARTUP, "Status startup alert from: Example Status"),
        (MessageKind.CHANGED, "Status change report from: Example Status"),
        (MessageKind.REMINDER, "Status unchanged reminder from: Example Status"),
    ],
)
def test_the_first_line_says_why_there_is_a_mail(kind: MessageKind, first: str) -> None:
    assert parsed(message(kind=kind)).get_content().splitlines()[0] == first


def test_what_we_add_stands_after_the_ancestors_lines() -> None:
    recovery = message(status=Status.HEALTHY, alerts=(alert(recovered=(BACK,)),))
    lines = parsed(recovery).get_content().splitlines()
    assert lines[lines.index("URL: https://status.example.com/") + 1 :][:2] == [
        "back after 1 min: web:core:tcp://edge-3.example.com:80",
        "--",
    ]


def test_a_subject_counts_whom_it_has_no_room_for_and_the_body_names_them() -> None:
    many = tuple(ReplicaName("web", "api", f"replica-{n}") for n in range(1_000))
    said = subject(message(replicas=many))
    assert said.startswith("DEAD | web:api:replica-0, web:api:replica-1, ")
    assert said.endswith(" more")
    assert len(said) < 250
    assert str(many[-1]) in parsed(message(replicas=many)).get_content()


def test_the_sender_is_called_as_the_page() -> None:
    mail = parsed(message(page_title="Étoile, “Status”"))
    assert str(mail["From"]) == '"Étoile, “Status”" <status@example.com>'
    assert mail["To"] == "ops@example.com"


def test_a_mail_is_dated_when_what_it_tells_happened() -> None:
    assert parsed(DEATH)["Date"].datetime.timestamp() == AT // 1000


def test_equal_messages_are_equal_mails_with_the_id_of_the_message() -> None:
    first, again = (email.mail(DEATH, settings(25)).as_bytes() for _ in range(2))
    assert first == again
    assert parsed(DEATH)["Message-ID"] == "<m1@example.com>"


def test_all_mails_of_an_alert_are_one_thread() -> None:
    both = (alert(), alert(id="a2"))
    mail = parsed(message(alerts=both))
    assert (mail["References"], mail["In-Reply-To"]) == (
        "<a1@example.com> <a2@example.com>",
        "<a2@example.com>",
    )
    assert parsed(message())["References"] is None


def test_no_machine_answers_it() -> None:
    assert parsed(DEATH)["Auto-Submitted"] == "auto-generated"


def test_it_is_mime_in_seven_bits_whatever_it_says() -> None:
    mail = email.mail(message(page_title="Ünïcode ☂", notes=("x" * 3_000,)), settings(25))
    data = mail.as_bytes()
    assert mail["MIME-Version"] == "1.0"
    assert data.isascii()
    assert max(map(len, data.splitlines())) <= 998
    assert "Ünïcode ☂" in message_from_bytes(data, policy=policy.default).get_content()


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x0b", "\x0c", "\x1c", "\x85", "\u2028"])
def test_nothing_in_a_name_or_title_begins_a_header(end: str) -> None:
    evil = f"a{end}Bcc: thief@example.com{end}{end}text"
    mail = parsed(message(page_title=evil, replicas=(ReplicaName("web", "ü", evil),)))
    assert mail["Bcc"] is None
    assert list(mail.keys()) == list(parsed(message()).keys())
    assert "Bcc: thief@example.com" in mail["Subject"]


def test_half_a_character_does_not_stop_a_mail() -> None:
    assert "?" in parsed(message(page_title="half \ud800"))["From"]


@pytest.mark.parametrize(
    "bad", ["", "ops", "Ops <ops@example.com>", "a@b, c@d", "a@b\r\nRCPT TO:<c@d>", "a b@c", "@x"]
)
def test_an_address_that_is_none_is_refused_when_the_file_is_read(bad: str) -> None:
    with pytest.raises(ValueError, match="must be one address, such as ops@example"):
        email.check_address(bad)


@pytest.mark.parametrize("bad", ["", "a b", "smtp://mail", "me@mail", "[::1]"])
def test_a_server_that_is_no_machine_is_refused_when_the_file_is_read(bad: str) -> None:
    with pytest.raises(ValueError, match="must be the name or the address of a machine"):
        email.check_host(bad)


# A real server.


@in_loop
async def test_a_mail_arrives_over_starttls(trusted: exim.Exim) -> None:
    await sent(DEATH, settings(trusted.port))
    mail = trusted.delivered("<m1@example.com>")
    assert (mail["Return-Path"], mail["Envelope-To"]) == ("<status@example.com>", "ops@example.com")
    assert mail.get_content().splitlines() == email.body(DEATH)[:-1]
    assert "esmtps" in mail["Received"]


@in_loop
async def test_a_mail_arrives_over_tls_from_the_first_byte(trusted: exim.Exim) -> None:
    how = settings(trusted.secure, smtp_implicit_tls=True)
    await sent(message(id="implicit"), how)
    assert "esmtps" in trusted.delivered("<implicit@example.com>")["Received"]


@in_loop
async def test_a_body_with_lines_that_begin_with_dots_arrives_whole(trusted: exim.Exim) -> None:
    await sent(message(id="dots", notes=(".", "..", ". x")), settings(trusted.port))
    lines = trusted.delivered("<dots@example.com>").get_content().splitlines()
    assert [line for line in lines if line.startswith(".")] == [".", "..", ". x"]


@in_loop
@pytest.mark.parametrize(
    ("port", "method"), [("port", "PLAIN"), ("secure", "LOGIN")], ids=["plain", "login"]
)
async def test_both_user_and_password_log_in_by_plain_then_login(
    trusted: exim.Exim, port: str, method: str
) -> None:
    how = settings(
        getattr(trusted, port),
        from_="status@login.example.com",
        smtp_username=exim.USER,
        smtp_password=Secret(exim.PASSWORD),
        smtp_implicit_tls=port == "secure",
    )
    await sent(message(id=method), how)
    trusted.delivered(f"<{method}@login.example.com>")
    assert f"{method}-{exim.USER}" in trusted.log()


@in_loop
async def test_a_user_without_a_password_does_not_log_in(trusted: exim.Exim) -> None:
    how = settings(trusted.port, from_="status@login.example.com", smtp_username=exim.USER)
    with pytest.raises(Refused, match="550 log in first"):
        await sent(DEATH, how)


@in_loop
async def test_a_wrong_password_is_a_refusal(trusted: exim.Exim) -> None:
    login = {"smtp_username": exim.USER, "smtp_password": Secret("guess")}
    with pytest.raises(Refused, match="535"):
        await sent(DEATH, settings(trusted.port, **login))


@in_loop
async def test_a_login_where_none_is_taken_is_a_refusal() -> None:
    login = {"smtp_username": "u", "smtp_password": Secret("p"), "smtp_encrypt": False}
    async with listening(FaultyMail()) as port:
        with pytest.raises(Refused, match="neither PLAIN nor LOGIN"):
            await sent(DEATH, settings(port, **login))


@in_loop
async def test_encryption_that_is_required_and_not_offered_is_a_refusal(server: exim.Exim) -> None:
    with pytest.raises(Refused, match="offers no STARTTLS"):
        await sent(DEATH, settings(server.clear))


@in_loop
async def test_without_encryption_required_a_server_that_has_none_is_fine(
    server: exim.Exim,
) -> None:
    await sent(message(id="clear"), settings(server.clear, smtp_encrypt=False))
    assert "esmtps" not in server.delivered("<clear@example.com>")["Received"]


@in_loop
async def test_encryption_is_used_where_it_is_offered_though_not_required(
    trusted: exim.Exim,
) -> None:
    await sent(message(id="offered"), settings(trusted.port, smtp_encrypt=False))
    assert "esmtps" in trusted.delivered("<offered@example.com>")["Received"]


@in_loop
@pytest.mark.parametrize("implicit", [False, True])
async def test_a_certificate_that_nobody_vouches_for_is_not_trusted(
    server: exim.Exim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, implicit: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(Authority(tmp_path).file))
    tls.context.cache_clear()
    port = server.secure if implicit else server.port
    with pytest.raises(Unreachable, match="certificate") as caught:
        await sent(message(id="untrusted"), settings(port, smtp_implicit_tls=implicit))
    assert not caught.value.maybe
    assert [mail for mail in server.mails() if "untrusted" in mail["Message-ID"]] == []


@in_loop
async def test_a_certificate_for_another_name_is_not_trusted(trusted: exim.Exim) -> None:
    how = settings(trusted.port, smtp_host="mail.example")
    with pytest.raises(Unreachable, match="certificate"):
        await email.send(DEATH, how, real(resolver=Names(mail_example="127.0.0.1")))


@in_loop
async def test_a_recipient_that_there_is_not_is_a_refusal_with_the_servers_words(
    trusted: exim.Exim,
) -> None:
    with pytest.raises(Refused, match="answered 550 there is no such mailbox"):
        await sent(DEATH, settings(trusted.port, to="nobody@example.com"))


@in_loop
async def test_a_mailbox_that_is_full_is_for_later_and_surely_not_taken(
    trusted: exim.Exim,
) -> None:
    with pytest.raises(Unreachable, match="answered 451 the mailbox is full") as caught:
        await sent(DEATH, settings(trusted.port, to="full@example.com"))
    assert not caught.value.maybe


# Faulty servers: each reply may be a refusal, a cut, or nothing at all.


STEPS = ["greeting", "ehlo", "mail", "rcpt", "data", "final"]


async def failure(behaviour: Behaviour) -> Refused | Unreachable | None:
    async with listening(behaviour) as port:
        try:
            await sent(DEATH, settings(port, smtp_encrypt=False))
        except (Refused, Unreachable) as error:
            return error
    return None


@in_loop
async def test_a_mail_is_told_with_the_final_250_whatever_comes_of_the_farewell() -> None:
    server = FaultyMail(quit=None)
    async with listening(server) as port:
        await sent(DEATH, settings(port, smtp_encrypt=False))
        await server.has_ended.wait()
    assert server.commands == ["EHLO", "MAIL", "RCPT", "DATA", "QUIT"]


@in_loop
@pytest.mark.parametrize("step", STEPS)
async def test_a_4xx_at_any_step_is_for_later_and_surely_not_taken(step: str) -> None:
    error = await failure(FaultyMail(**{step: b"421 4.3.2 later"}))
    assert isinstance(error, Unreachable)
    assert (error.maybe, "answered 421 4.3.2 later" in str(error)) == (False, True)


@in_loop
@pytest.mark.parametrize("step", STEPS)
async def test_a_5xx_at_any_step_is_a_refusal(step: str) -> None:
    error = await failure(FaultyMail(**{step: b"554 5.7.1 never"}))
    assert isinstance(error, Refused)
    assert "answered 554 5.7.1 never" in str(error)


@in_loop
@pytest.mark.parametrize("step", ["greeting", "ehlo", "mail", "rcpt"])
async def test_a_cut_before_the_message_leaves_is_surely_not_taken(step: str) -> None:
    error = await failure(FaultyMail(**{step: None}))
    assert isinstance(error, Unreachable)
    assert not error.maybe


@in_loop
async def test_a_cut_after_the_last_dot_may_be_taken() -> None:
    server = FaultyMail(final=None)
    error = await failure(server)
    assert isinstance(error, Unreachable)
    assert error.maybe
    assert server.content.endswith(b"\r\n.\r\n")


@in_loop
@pytest.mark.parametrize("reply", [b"999 what", b"hello?", b"x" * 100_000, b"250-" + b"x" * 9_000])
@pytest.mark.parametrize("step", ["greeting", "final"])
async def test_an_answer_that_is_none_is_no_success(step: str, reply: bytes) -> None:
    error = await failure(FaultyMail(**{step: reply}))
    assert isinstance(error, Unreachable)
    assert error.maybe is (step == "final")


@in_loop
async def test_a_server_that_nobody_runs_is_surely_not_told() -> None:
    with pytest.raises(Unreachable, match="nobody listens") as caught:
        await sent(DEATH, settings(free_port()))
    assert not caught.value.maybe


@in_loop
async def test_whoever_never_answers_is_left_at_the_deadline_and_let_go() -> None:
    left, deadline = asyncio.Event(), asyncio.timeout(None)

    async def hang(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        deadline.reschedule(0)
        await reader.read()
        left.set()

    async with listening(hang) as port:
        with pytest.raises(TimeoutError):
            async with deadline:
                await sent(DEATH, settings(port))
        await left.wait()


@in_loop
async def test_the_claim_is_checked_after_the_recipient_is_taken_and_before_the_message() -> None:
    server = FaultyMail()
    seen: list[list[str]] = []

    async def before() -> None:
        seen.append(list(server.commands))

    async with listening(server) as port:
        outside = real().for_sending(Sending(before))
        await email.send(DEATH, settings(port, smtp_encrypt=False), outside)
    assert seen == [["EHLO", "MAIL", "RCPT"]]


@in_loop
async def test_what_the_server_answered_to_the_mail_is_there_to_be_shown() -> None:
    sending = Sending()
    async with listening(FaultyMail()) as port:
        outside = real().for_sending(sending)
        await email.send(DEATH, settings(port, smtp_encrypt=False), outside)
    assert sending.answer
    assert (sending.answer.status, sending.answer.body) == (250, b"2.0.0 queued")


@in_loop
async def test_nothing_of_the_message_leaves_when_the_claim_is_lost() -> None:
    class Lost(Exception):
        pass

    async def lost() -> None:
        raise Lost

    server = FaultyMail()
    sending = Sending(lost)
    async with listening(server) as port:
        with pytest.raises(Lost):
            await email.send(DEATH, settings(port, smtp_encrypt=False), real().for_sending(sending))
    assert (server.commands, server.content, sending.left) == (["EHLO", "MAIL", "RCPT"], b"", False)
