"""What reference 6.5 says of how a queue is asked, and of every other answer."""

import json
from base64 import b64decode

import pytest

from rig.port import free_port
from tests import rabbitmq
from tests.loop import in_loop
from tests.outside.world import Answers, http_answer, serving
from watchkeeper.core.queue import Broker, Counts
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url
from watchkeeper.outside.failure import BadAnswer, Failure, PortRefused, TimedOut
from watchkeeper.outside.outside import real
from watchkeeper.watch.rabbitmq import count

FINE = http_answer(200, b'{"messages_unacknowledged": 2, "messages_ready": 5, "more": {}}')


def broker(port: int, *, path: str = "", vhost: str = "%2F", timeout_ms: int = 20_000) -> Broker:
    return Broker(
        api=Url.parse(f"http://127.0.0.1:{port}{path}"),
        user=rabbitmq.USER,
        password=Secret(rabbitmq.PASSWORD),
        vhost=vhost,
        interval_ms=30_000,
        timeout_ms=timeout_ms,
    )


@in_loop
async def test_both_counts_are_read_from_the_answer() -> None:
    async with serving(Answers(FINE)) as port:
        assert await count(broker(port), "orders", real()) == Counts(ready=5, nack=2)


@in_loop
async def test_it_is_asked_with_basic_auth_and_by_the_name_of_our_looks() -> None:
    server = Answers(FINE)
    async with serving(server) as port:
        await count(broker(port), "orders", real(user_agent="watchkeeper (+https://s.example/)"))
    lines = server.requests[0].decode().split("\r\n")
    assert "user-agent: watchkeeper (+https://s.example/)" in lines
    auth = next(line for line in lines if line.startswith("authorization: Basic "))
    assert b64decode(auth.split()[-1]).decode() == f"{rabbitmq.USER}:{rabbitmq.PASSWORD}"


@in_loop
@pytest.mark.parametrize(
    ("path", "vhost", "queue", "asked"),
    [
        ("", "%2F", "orders", "/api/queues/%2F/orders"),
        ("", "/", "orders", "/api/queues/%2F/orders"),
        ("", "shop", "orders", "/api/queues/shop/orders"),
        ("/rabbit/?x=1#y", "shop", "orders", "/api/queues/shop/orders"),
        ("", "%2F", "a/b c?d#e%2Fü", "/api/queues/%2F/a%2Fb%20c%3Fd%23e%252F%C3%BC"),
    ],
)
async def test_the_virtual_host_is_taken_as_it_is_written_and_the_queue_is_encoded(
    path: str, vhost: str, queue: str, asked: str
) -> None:
    server = Answers(FINE)
    async with serving(server) as port:
        await count(broker(port, path=path, vhost=vhost), queue, real())
    assert server.paths[0].partition("?")[0] == asked


@in_loop
@pytest.mark.parametrize(
    "answer",
    [
        http_answer(404, FINE.partition(b"\r\n\r\n")[2]),
        http_answer(201, FINE.partition(b"\r\n\r\n")[2]),
        http_answer(302, b"", location="/elsewhere"),
        http_answer(200, b""),
        http_answer(200, b"<html>"),
        http_answer(200, b"[" * 60_000),
        http_answer(200, b"[]"),
        http_answer(200, b'{"messages_ready": 5}'),
        http_answer(200, b'{"messages_ready": 5, "messages_unacknowledged": -1}'),
        http_answer(200, b'{"messages_ready": 5, "messages_unacknowledged": 1.5}'),
        http_answer(200, b'{"messages_ready": true, "messages_unacknowledged": 1}'),
        http_answer(200, b'{"messages_ready": "5", "messages_unacknowledged": 1}'),
        http_answer(200, json.dumps({"x": "y" * 100_000}).encode()),
    ],
)
async def test_any_other_answer_tells_nothing(answer: bytes) -> None:
    async with serving(Answers(answer)) as port:
        with pytest.raises(BadAnswer):
            await count(broker(port), "orders", real())


@in_loop
async def test_an_api_that_nobody_serves_tells_nothing() -> None:
    with pytest.raises(PortRefused):
        await count(broker(free_port()), "orders", real())


@in_loop
async def test_an_api_that_never_answers_is_left_at_its_deadline() -> None:
    async def hang(reader: object, _: object) -> None:
        await reader.read()  # type: ignore[attr-defined]

    async with serving(hang) as port:
        with pytest.raises(TimedOut, match=r"no answer within 0\.1 s"):
            await count(broker(port, timeout_ms=100), "orders", real())


# A real server.


@pytest.fixture(scope="module")
def server(rabbit: rabbitmq.RabbitMq) -> rabbitmq.RabbitMq:
    rabbit.make_vhost("a shop/ü")
    return rabbit


@in_loop
async def test_a_real_queue_of_any_name_in_the_default_host_is_counted(
    server: rabbitmq.RabbitMq,
) -> None:
    server.fill("orders/new ü", 3)
    assert await count(broker(server.api), "orders/new ü", real()) == Counts(3, 0)


@in_loop
async def test_a_real_queue_in_another_virtual_host_is_counted(
    server: rabbitmq.RabbitMq,
) -> None:
    server.fill("orders", 2, vhost="a shop/ü")
    assert await count(broker(server.api, vhost="a shop%2Fü"), "orders", real()) == Counts(2, 0)


@in_loop
async def test_real_messages_that_nobody_acknowledged_are_counted(
    server: rabbitmq.RabbitMq,
) -> None:
    server.fill("held", 2)
    with server.holding("held", 2):
        assert await count(broker(server.api), "held", real()) == Counts(0, 2)


@in_loop
async def test_a_real_server_that_does_not_know_the_queue_or_us_tells_nothing(
    server: rabbitmq.RabbitMq,
) -> None:
    with pytest.raises(Failure, match="404 Not Found"):
        await count(broker(server.api), "no such queue", real())
    with pytest.raises(Failure, match="404 Not Found"):
        await count(broker(server.api, vhost="nowhere"), "orders", real())
