"""What the other side answers means the same on every channel."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.loop import in_loop
from tests.notifiers.apis import APIS
from tests.notifiers.notifier_samples import message, with_canaries
from tests.outside.world import Answers, http_answer, serving
from watchkeeper.config import folder
from watchkeeper.core.delivery import DeliveryError, Refused, Unreachable
from watchkeeper.outside.outside import real


async def failure_of(kind: str, answer: bytes) -> DeliveryError | None:
    notifier: Any = folder.load(folder.NOTIFIERS, kind)
    async with serving(Answers(answer)) as port:
        try:
            await notifier.send(message(), with_canaries(kind, port), real())
        except DeliveryError as error:
            return error
    return None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 301])
@pytest.mark.parametrize("kind", APIS)
@in_loop
async def test_what_a_person_must_change_is_refused_without_a_secret(
    kind: str, status: int
) -> None:
    error = await failure_of(kind, http_answer(status, b"no", location="http://x.example/y"))
    assert isinstance(error, Refused)
    assert "canary" not in str(error)


HOURS: Mapping[str, int] = {"5": 5_000, "999999": 3_600_000}


@pytest.mark.parametrize("wait", HOURS)
@pytest.mark.parametrize("kind", APIS)
@in_loop
async def test_who_asks_for_time_gets_it_and_has_surely_not_taken_the_message(
    kind: str, wait: str
) -> None:
    error = await failure_of(kind, http_answer(429, b"{}", retry_after=wait))
    assert isinstance(error, Unreachable)
    assert (error.retry_after_ms, error.maybe) == (HOURS[wait], False)


@pytest.mark.parametrize("answer", [http_answer(500), b"HTTP/1.1 200", b""])
@pytest.mark.parametrize("kind", APIS)
@in_loop
async def test_what_may_have_been_taken_is_in_doubt(kind: str, answer: bytes) -> None:
    error = await failure_of(kind, answer)
    assert isinstance(error, Unreachable)
    assert error.maybe is True


@pytest.mark.parametrize("body", [b"", b"not JSON", b"[]", b"null", b"x" * 20_000])
@pytest.mark.parametrize("kind", APIS)
@in_loop
async def test_a_2xx_is_taken_whatever_stands_in_its_body(kind: str, body: bytes) -> None:
    assert await failure_of(kind, http_answer(200, body)) is None
