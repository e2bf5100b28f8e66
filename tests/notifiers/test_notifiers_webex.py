from dataclasses import replace

import pytest

from tests.loop import in_loop
from tests.notifiers.apis import far
from tests.notifiers.notifier_samples import (
    API,
    message,
    outage,
    settings,
)
from watchkeeper.core.delivery import Refused
from watchkeeper.core.message import MessageKind
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.secret import Secret
from watchkeeper.notifiers import webex
from watchkeeper.outside.outside import real


def test_12_11_the_text_is_a_letters_without_its_frame() -> None:
    told = outage(API, reasons={str(API): "refused"}, kind=MessageKind.REMINDER)
    assert webex.text(told).split("\n") == [
        "Status unchanged reminder from: Example Status",
        "Status: Dead",
        f"Nodes: {API}",
        "Time: 23:58:28 UTC+00:00",
        "URL: https://status.example.com/",
        f"refused: {API}",
    ]


def test_a_storm_fits_in_bytes_and_has_its_url() -> None:
    names = [ReplicaName("ü" * 60, "ü" * 60, str(n)) for n in range(500)]
    text = webex.text(outage(*names))
    assert ", and 4" in text
    assert "URL: https://status.example.com/" in text
    assert len(text.encode()) <= 7_439


@in_loop
async def test_a_token_that_is_not_known_is_refused_and_not_said() -> None:
    async with far("webex") as side:
        given = replace(settings(side.port)["webex"], token=Secret("canary"))
        with pytest.raises(Refused) as caught:
            await webex.send(message(), given, real())
    assert "canary" not in str(caught.value)
