from dataclasses import replace
from uuid import UUID

import pytest

from rig.port import free_port
from tests.house import PAGE
from tests.loop import in_loop
from tests.notifiers.apis import APIS, far
from tests.notifiers.notifier_samples import settings, with_canaries
from tests.outside.world import Answers, http_answer, serving
from watchkeeper.config import folder
from watchkeeper.core.compose import Sender
from watchkeeper.core.hearing import Hearing
from watchkeeper.core.message import MessageKind
from watchkeeper.core.url import Url
from watchkeeper.notifiers import webhook
from watchkeeper.outside.outside import real
from watchkeeper.speak.rehearsal import rehearsal_message, rehearse
from watchkeeper.speak.tongue import Tongue

SENDER = Sender(installation=UUID(int=1), channel="x", target="", page=PAGE)
HEARING = Hearing(channel="x")


def tongue(kind: str, port: int) -> Tongue:
    return Tongue(
        sender=SENDER,
        hearing=HEARING,
        settings=settings(port)[kind],
        send=folder.load(folder.NOTIFIERS, kind).send,
    )


def test_nobody_takes_a_test_for_news() -> None:
    message = rehearsal_message(PAGE, 0)
    assert message.kind is MessageKind.STARTUP
    assert message.page_title.startswith("[TEST] ")
    assert message.notes == ("this is a test message: nothing is wrong, and nothing has changed",)


@pytest.mark.parametrize("kind", APIS)
@in_loop
async def test_every_kind_takes_it_and_its_words_say_what_it_is(kind: str) -> None:
    async with far(kind) as side:
        ended = await rehearse(tongue(kind, side.port), real())
    assert (ended.is_taken, side.complaints) == (True, [])
    assert ended.words.startswith("taken\n  20")
    [asked] = side.taken
    words = asked.json if asked.body.startswith("{") else asked.form
    assert "this is a test message" in str(words)


@pytest.mark.parametrize("kind", APIS)
@in_loop
async def test_what_was_answered_is_said_without_a_secret_even_if_the_other_side_says_it(
    kind: str,
) -> None:
    body = b"no: canary \x1b[1m" + b"x" * 5_000
    async with serving(Answers(http_answer(403, body))) as port:
        one = replace(tongue(kind, port), settings=with_canaries(kind, port))
        ended = await rehearse(one, real())
    assert ended.is_taken is False
    first, second = ended.words.split("\n")
    assert first == f"refused: 127.0.0.1:{port} answered 403 Forbidden"
    assert second.startswith("  403 Forbidden: 'no: ")
    assert "***" in second
    assert "canary" not in second
    assert "\x1b" not in second
    assert len(second) < 400


@in_loop
async def test_who_is_not_there_is_said_to_be_unreachable() -> None:
    ended = await rehearse(tongue("slack", free_port()), real())
    assert ended.is_taken is False
    assert ended.words.startswith("unreachable: ")


@in_loop
async def test_credentials_in_a_url_are_not_said() -> None:
    async with serving(Answers(http_answer(400, b"Basic canary /path-of-hook"))) as port:
        hook_url = Url.parse(f"http://user:canary@127.0.0.1:{port}/path-of-hook")
        given = webhook.Settings(hook_url=hook_url)
        ended = await rehearse(
            Tongue(
                sender=SENDER,
                hearing=HEARING,
                settings=given,
                send=folder.load(folder.NOTIFIERS, "webhook").send,
            ),
            real(),
        )
    assert "canary" not in ended.words
    assert "path-of-hook" not in ended.words
