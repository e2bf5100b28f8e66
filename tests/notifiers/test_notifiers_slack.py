import pytest

from tests.loop import in_loop
from tests.notifiers.notifier_samples import (
    API,
    BACK,
    CORE,
    MAIL,
    alert,
    message,
    outage,
    settings,
    storm,
)
from tests.outside.world import Answers, http_answer, serving
from watchkeeper.core.delivery import Refused
from watchkeeper.core.status import Status
from watchkeeper.notifiers import slack
from watchkeeper.outside.outside import real


def test_12_4_the_text_says_what_changed_and_the_bar_has_its_colour() -> None:
    body = slack.document(outage(API, MAIL), mention_channel=True)
    assert body["text"] == f"<!channel> Status changed to: *dead*. Nodes: *{API}, {MAIL}*."
    attachment = body["attachments"][0]  # type: ignore[index]
    assert attachment["fallback"] == f"Status changed to: *dead*. Nodes: *{API}, {MAIL}*."
    assert attachment["color"] == "danger"
    assert [one["title"] for one in attachment["fields"]] == [
        "Nodes",
        "Status",
        "Time",
        "Monitor Page",
    ]


@pytest.mark.parametrize(
    ("status", "color"), [("HEALTHY", "good"), ("SICK", "warning"), ("DEAD", "danger")]
)
def test_each_status_has_its_colour(status: str, color: str) -> None:
    body = slack.document(message(status=Status[status]), mention_channel=False)
    assert body["attachments"][0]["color"] == color  # type: ignore[index]


def test_a_recovery_says_who_is_back_below_the_sentence_of_the_ancestor() -> None:
    back = message(status=Status.HEALTHY, alerts=(alert(recovered=(BACK,)),))
    body = slack.document(back, mention_channel=False)
    assert body["text"] == f"Status changed to: *healthy*.\nback after 1 min: {CORE}"


def test_what_others_wrote_is_escaped_and_rouses_nobody() -> None:
    assert slack.escaped("<!channel> & @here @allan") == (
        "&lt;!channel&gt; &amp; @\u200bhere @allan"
    )


def test_in_a_storm_as_many_are_named_as_fit_and_the_rest_is_counted() -> None:
    text = str(slack.document(storm(), mention_channel=True)["text"])
    assert text.startswith("<!channel> Status changed to: *dead*. Nodes: *web:node-0:")
    assert ", and 9" in text
    assert text.count(" more") == 2
    assert len(text) <= 2_000


@in_loop
async def test_a_hook_that_is_gone_is_refused() -> None:
    async with serving(Answers(http_answer(410, b"channel_is_archived"))) as port:
        with pytest.raises(Refused):
            await slack.send(message(), settings(port)["slack"], real())
