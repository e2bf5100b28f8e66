import pytest

from tests.loop import in_loop
from tests.notifiers.notifier_samples import (
    API,
    MAIL,
    message,
    outage,
    settings,
    storm,
)
from tests.outside.world import Answers, http_answer, serving
from watchkeeper.core.delivery import Refused, Unreachable
from watchkeeper.core.secret import Secret
from watchkeeper.notifiers import telegram
from watchkeeper.outside.outside import real


def test_12_6_the_text_has_a_line_for_each_of_the_dead() -> None:
    told = outage(API, MAIL, reasons={str(API): "refused"})
    assert telegram.text(told).split("\n") == [
        "\u274c Status changed to: *DEAD*.",
        f"- `{API}`: dead",
        f"- `{MAIL}`: dead",
        f"refused: {API}",
        "Link: https://status.example.com/",
    ]


def test_a_sick_one_is_not_called_dead() -> None:
    told = outage(API, MAIL, sick=frozenset({MAIL}))
    assert f"- `{API}`: dead\n- `{MAIL}`: sick\n" in telegram.text(told)


def test_an_underscore_in_the_url_is_escaped() -> None:
    assert telegram.text(message(page_url="https://x.example/a_b")).endswith(
        "Link: https://x.example/a\\_b"
    )


@pytest.mark.parametrize(
    ("given", "sent"),
    [("4711", 4711), (4711, 4711), ("-100123", "-100123"), (-100123, -100123), ("@ops", "@ops")],
)
def test_a_chat_is_a_number_where_it_is_one_without_a_sign(
    given: int | str, sent: int | str
) -> None:
    one = telegram.Settings(bot_token=Secret("t"), chat_id=given)
    assert telegram.document(message(), one)["chat_id"] == sent
    assert "message_thread_id" not in telegram.document(message(), one)


@pytest.mark.parametrize("given", ["7", 7])
def test_a_topic_may_be_a_number_or_text(given: int | str) -> None:
    one = telegram.Settings(bot_token=Secret("t"), chat_id=1, message_thread_id=given)
    assert telegram.document(message(), one)["message_thread_id"] == 7


def test_a_storm_keeps_its_link() -> None:
    text = telegram.text(storm())
    assert "\nand 9" in text
    assert text.endswith("\nLink: https://status.example.com/")
    assert len(text) <= 4_096


async def failure(answer: bytes) -> Exception | None:
    async with serving(Answers(answer)) as port:
        given = settings(port)["telegram"]
        try:
            await telegram.send(message(), given, real())
        except (Refused, Unreachable) as error:
            return error
    return None


@pytest.mark.parametrize("status", [200, 429])
@in_loop
async def test_the_wait_in_the_body_is_kept(status: int) -> None:
    body = b'{"ok":false,"error_code":429,"parameters":{"retry_after":31}}'
    error = await failure(http_answer(status, body))
    assert isinstance(error, Unreachable)
    assert (error.retry_after_ms, error.maybe) == (31_000, False)


@pytest.mark.parametrize(
    "body",
    [
        b'{"ok":false}',
        b'{"ok":false,"error_code":"x","parameters":7}',
        b'{"ok":false,"error_code":400}',
    ],
)
@in_loop
async def test_what_is_not_ok_is_refused_whatever_the_status(body: bytes) -> None:
    assert isinstance(await failure(http_answer(200, body)), Refused)


@in_loop
async def test_the_token_is_in_no_error() -> None:
    error = await failure(http_answer(404, b'{"ok":false,"error_code":404}'))
    assert "TELEGRAMTOKEN" not in str(error)
