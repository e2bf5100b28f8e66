import pytest

from tests.loop import in_loop
from tests.notifiers.notifier_samples import (
    API,
    message,
    outage,
    settings,
    storm,
)
from tests.outside.world import Answers, http_answer, serving
from watchkeeper.core.delivery import Refused, Unreachable
from watchkeeper.notifiers import zulip
from watchkeeper.outside.outside import real


def test_12_5_the_content_is_the_ancestors_with_our_sentences_below() -> None:
    told = outage(API, reasons={str(API): "refused"})
    assert zulip.content(told).split("\n") == [
        "Status changed to:  *dead* :boom:.",
        f" **Nodes**: *{API}*.",
        " **Status**: Dead",
        " **Time**: 23:58:28 UTC+00:00",
        " **Page**: https://status.example.com/",
        f" refused: {API}",
    ]


def test_a_name_can_be_no_mention_no_link_and_no_code() -> None:
    assert zulip.escaped("@**all** `x` [a](b) ~~c~~ $$d$$ a_b") == (
        "@\u2217\u2217all\u2217\u2217 \u02cbx\u02cb [a]\u200b(b) ~\u200b~c~\u200b~"
        " $\u200b$d$\u200b$ a_b"
    )


def test_a_storm_has_its_last_lines_too() -> None:
    content = zulip.content(storm())
    assert ", and 8" in content
    assert " **Page**: https://status.example.com/" in content
    assert len(content) <= 10_000


async def failure(answer: bytes) -> Exception | None:
    async with serving(Answers(answer)) as port:
        try:
            await zulip.send(message(), settings(port)["zulip"], real())
        except (Refused, Unreachable) as error:
            return error
    return None


@in_loop
async def test_an_error_in_a_200_is_an_error() -> None:
    assert isinstance(await failure(http_answer(200, b'{"result":"error","msg":"x"}')), Refused)
    assert await failure(http_answer(200, b'{"result":"success"}')) is None


@pytest.mark.parametrize("status", [200, 429])
@in_loop
async def test_the_wait_that_a_rate_limit_names_is_kept(status: int) -> None:
    body = b'{"result":"error","code":"RATE_LIMIT_HIT","retry-after":28.7}'
    error = await failure(http_answer(status, body))
    assert isinstance(error, Unreachable)
    assert (error.retry_after_ms, error.maybe) == (28_700, False)
