from dataclasses import replace

import pytest

from tests.loop import in_loop
from tests.notifiers.apis import far
from tests.notifiers.notifier_samples import (
    API,
    MAIL,
    message,
    outage,
    settings,
)
from tests.outside.world import Answers, http_answer, serving
from watchkeeper.core.delivery import Unreachable
from watchkeeper.notifiers import matrix
from watchkeeper.outside.outside import real


def test_12_10_the_html_counts_the_dead_of_each_node_and_the_plain_body_names_them() -> None:
    told = outage(API, API._replace(replica="2"), MAIL)
    assert matrix.html(told) == (
        "<p>\u274c Status changed to: <em>DEAD</em>.</p><ul>"
        "<li><code>web:api</code>: 2 dead</li><li><code>mail:smtp</code>: 1 dead</li></ul>"
        "<p>Status page: https://status.example.com/</p><p>Time: 23:58:28 UTC+00:00</p>"
    )
    assert matrix.text(told).split("\n")[0] == (
        f"\u274c Status changed to: DEAD. Nodes: {API}, web:api:2, {MAIL}."
    )


def test_the_html_counts_the_sick_apart() -> None:
    two = API._replace(replica="2")
    told = outage(API, two, MAIL, sick=frozenset({two, MAIL}))
    assert "<code>web:api</code>: 1 dead, 1 sick</li>" in matrix.html(told)
    assert "<code>mail:smtp</code>: 1 sick</li>" in matrix.html(told)


@in_loop
async def test_a_repeat_is_the_same_transaction_and_the_token_is_in_no_url() -> None:
    async with far("matrix") as side:
        for _ in range(2):
            await matrix.send(message(), settings(side.port)["matrix"], real())
    assert side.complaints == []
    assert {asked.path.rpartition("/")[2] for asked in side.taken} == {"0b6f"}
    assert {tuple(asked.query) for asked in side.taken} == {()}


@in_loop
async def test_a_room_with_strange_letters_stays_one_part_of_the_path() -> None:
    receiver = Answers(http_answer())
    async with serving(receiver) as port:
        given = replace(settings(port)["matrix"], room_id="!a/b?c#d:x")
        await matrix.send(message(), given, real())
    assert receiver.paths == ["/_matrix/client/v3/rooms/!a%2Fb%3Fc%23d:x/send/m.room.message/0b6f"]


@in_loop
async def test_the_wait_in_the_body_is_kept() -> None:
    body = b'{"errcode":"M_LIMIT_EXCEEDED","retry_after_ms":1234}'
    async with serving(Answers(http_answer(429, body))) as port:
        with pytest.raises(Unreachable) as caught:
            await matrix.send(message(), settings(port)["matrix"], real())
    assert (caught.value.retry_after_ms, caught.value.maybe) == (1_234, False)
