from dataclasses import replace

import pytest

from tests.loop import in_loop
from tests.notifiers.apis import far
from tests.notifiers.notifier_samples import (
    API,
    message,
    outage,
    settings,
    storm,
)
from tests.outside.world import Answers, http_answer, serving
from watchkeeper.core.delivery import Refused
from watchkeeper.core.message import MessageKind
from watchkeeper.core.secret import Secret
from watchkeeper.notifiers import pushover
from watchkeeper.outside.outside import real


def test_12_7_the_message_is_the_ancestors_with_our_sentences_below() -> None:
    told = outage(API, reasons={str(API): "a & b"}, kind=MessageKind.REMINDER)
    assert pushover.html(told).split("\n") == [
        "<b><i>This is a reminder.</i></b>",
        "",
        '<u>Status:</u> <b><font color="#C4291C">DEAD</font></b>',
        f"<u>Nodes:</u> {API}",
        "<u>Time:</u> 23:58:28 UTC+00:00",
        f"a &amp; b: {API}",
    ]


@pytest.mark.parametrize("is_urgent", [False, True])
def test_only_who_is_to_be_roused_gets_a_priority(is_urgent: bool) -> None:  # noqa: FBT001
    form = pushover.form(message(is_urgent=is_urgent))
    assert form.get("priority") == ("1" if is_urgent else None)


def test_in_a_storm_the_dead_are_counted() -> None:
    html = pushover.html(storm())
    assert "<u>Nodes:</u> 1000 replicas: web:node-0:http://10.0.0.0/, " in html
    assert len(html) <= 1_024


def test_a_url_that_is_too_long_is_left_out_rather_than_cut() -> None:
    form = pushover.form(message(page_url="https://x.example/" + "y" * 500))
    assert {"url", "url_title"} & set(form) == set()


@in_loop
async def test_each_user_is_a_target_of_its_own() -> None:
    async with far("pushover") as side:
        given = replace(settings(side.port)["pushover"], user_keys=(Secret("usertwo"),))
        await pushover.send(message(), given, real())
    assert [asked.form["user"] for asked in side.taken] == ["usertwo"]


@pytest.mark.parametrize("status", [200, 400])
@in_loop
async def test_a_status_of_0_is_a_refusal(status: int) -> None:
    async with serving(Answers(http_answer(status, b'{"status":0,"errors":["x"]}'))) as port:
        with pytest.raises(Refused):
            await pushover.send(message(), settings(port)["pushover"], real())
