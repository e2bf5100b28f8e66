from dataclasses import replace

from tests.loop import in_loop
from tests.notifiers.apis import far
from tests.notifiers.notifier_samples import (
    API,
    message,
    outage,
    settings,
    storm,
)
from watchkeeper.core.message import MessageKind
from watchkeeper.notifiers import twilio
from watchkeeper.outside.outside import real


def test_12_3_the_body_is_the_ancestors_with_our_sentences_before_its_last_newline() -> None:
    told = outage(API, reasons={str(API): "refused"}, kind=MessageKind.STARTUP)
    assert twilio.text(told).split("\n") == [
        "Startup alert for: Example Status",
        "",
        "Status: Dead",
        f"Nodes: {API}",
        "Time: 23:58:28 UTC+00:00",
        f"refused: {API}",
        "",
    ]


def test_a_body_that_is_too_long_is_cut_between_two_characters() -> None:
    text = twilio.text(message(notes=("ü" * 2_000,)))
    assert text.endswith("ü[..]")
    assert 997 <= len(text.encode()) <= 1_000


def test_in_a_storm_the_dead_are_counted_and_the_worst_named() -> None:
    text = twilio.text(storm())
    assert "Nodes: 1000 replicas: web:node-0:http://10.0.0.0/, " in text
    assert "Time: " in text
    assert len(text.encode()) <= 1_000


@in_loop
async def test_each_number_is_a_target_of_its_own() -> None:
    async with far("twilio") as side:
        given = replace(settings(side.port)["twilio"], to=("+33600000002",))
        await twilio.send(message(), given, real())
    assert [asked.form["To"] for asked in side.taken] == ["+33600000002"]
