"""A secret of a channel is in no error, whatever goes wrong with it."""

from collections.abc import Mapping
from typing import Any

import pytest

from rig.port import free_port
from tests.loop import in_loop
from tests.notifiers.apis import APIS
from tests.notifiers.notifier_samples import message, with_canaries
from tests.outside.world import Answers, http_answer, serving
from watchkeeper.config import folder
from watchkeeper.outside.outside import real

ANSWERS: Mapping[str, bytes] = {
    "a refusal": http_answer(403, b"no, canary"),
    "an error": http_answer(500, b"canary"),
    "a redirect": http_answer(301, location="http://elsewhere.example/canary"),
    "a redirect there": http_answer(301, location="/canary"),
    "no answer": b"",
    "no HTTP": b"canary canary\r\n\r\n",
}


async def words(kind: str, port: int, canary: str = "canary") -> str:
    """What an operator reads of the failure, in the log and in the list of deliveries."""
    notifier: Any = folder.load(folder.NOTIFIERS, kind)
    try:
        await notifier.send(message(), with_canaries(kind, port, canary), real())
    except Exception as error:  # noqa: BLE001 - whatever it is
        return f"{type(error).__name__}: {error}"
    return ""


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("kind", APIS)
@in_loop
async def test_no_answer_makes_a_secret_part_of_an_outcome(kind: str, answer: bytes) -> None:
    async with serving(Answers(answer)) as port:
        said = await words(kind, port)
    assert said.startswith(("Refused: ", "Unreachable: "))
    assert "canary" not in said


@pytest.mark.parametrize("canary", ["canary", "canary\udcff", "canary\r\nx: y"])
@pytest.mark.parametrize("kind", APIS)
@in_loop
async def test_neither_an_absent_receiver_nor_a_secret_that_cannot_be_sent_shows_it(
    kind: str, canary: str
) -> None:
    said = await words(kind, free_port(), canary)
    assert said
    assert "canary" not in said
