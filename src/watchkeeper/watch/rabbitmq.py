"""RabbitMQ: how many messages wait in a queue, as its management API says."""

import asyncio
import json
from dataclasses import replace
from http import HTTPStatus
from urllib.parse import quote

from watchkeeper.core.queue import Broker, Counts
from watchkeeper.outside.answer import Answer
from watchkeeper.outside.call import Call, Location, basic, location_of
from watchkeeper.outside.exchange import exchange
from watchkeeper.outside.failure import BadAnswer, TimedOut
from watchkeeper.outside.journey import Journey
from watchkeeper.outside.outside import Outside

READY, NACK = "messages_ready", "messages_unacknowledged"
_MOST_BODY = 64 * 1024


async def count(broker: Broker, queue: str, outside: Outside) -> Counts:
    """Return how many messages wait in *queue*, within the deadline of *broker*.

    Raise Failure where it cannot be asked, or answers anything but two counts.
    """
    call = Call(
        target=_target(broker, queue),
        method="GET",
        headers=(("user-agent", outside.user_agent), ("accept", "application/json")),
        most_body=_MOST_BODY,
    )
    try:
        async with asyncio.timeout(broker.timeout_ms / 1000):
            heard = await exchange(outside.connect, call, Journey(broker.timeout_ms))
    except TimeoutError:
        raise TimedOut(f"no answer within {broker.timeout_ms / 1000:g} s") from None
    return _counts(heard.answer)


def _target(broker: Broker, queue: str) -> Location:
    """Return where *queue* is described: only scheme, host and port of the API's URL count."""
    vhost = quote(broker.vhost, safe="%")
    return replace(
        location_of(broker.api.text),
        path=f"/api/queues/{vhost}/{quote(queue, safe='')}?columns={READY},{NACK}",
        authorization=basic(broker.user, broker.password.reveal()),
    )


def _counts(answer: Answer) -> Counts:
    if answer.status != HTTPStatus.OK:
        raise BadAnswer(f"it answered {answer}")
    try:
        told = json.loads(answer.body)
    except (ValueError, RecursionError) as error:
        raise BadAnswer(f"its answer is not JSON: {error}") from error
    counts = [told.get(key) for key in (READY, NACK)] if isinstance(told, dict) else [None]
    if not all(type(one) is int and one >= 0 for one in counts):
        raise BadAnswer(f"it does not tell {READY} and {NACK}")
    return Counts(*counts)
