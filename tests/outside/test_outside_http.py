import asyncio
import struct
from contextlib import suppress
from socket import SO_LINGER, SOL_SOCKET

import pytest

from rig.port import free_port
from tests.loop import in_loop
from tests.outside.world import Answers, http_answer, read_request, serving
from watchkeeper.core.delivery import DeliveryError, Refused, Unreachable
from watchkeeper.core.url import Url
from watchkeeper.outside.answer import Answer
from watchkeeper.outside.http import Meaning, json_of, wait_ms
from watchkeeper.outside.outside import real
from watchkeeper.outside.sending import Sending


async def post(port: int, sending: Sending | None = None, path: str = "hook") -> None:
    outside = real().for_sending(sending or Sending())
    await outside.http.send_json(Url.parse(f"http://127.0.0.1:{port}/{path}"), json={"a": 1})


async def failure_of(answer: bytes) -> DeliveryError | None:
    async with serving(Answers(answer)) as port:
        try:
            await post(port)
        except DeliveryError as error:
            return error
    return None


@pytest.mark.parametrize("status", [200, 201, 202, 204, 226, 299])
@in_loop
async def test_every_2xx_is_taken(status: int) -> None:
    assert await failure_of(http_answer(status)) is None


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
@in_loop
async def test_what_a_person_must_change_is_refused(status: int) -> None:
    failure = await failure_of(http_answer(status, b"secret words of the receiver"))
    assert isinstance(failure, Refused)
    assert f"answered {status}" in str(failure)
    assert "secret" not in str(failure)


@pytest.mark.parametrize(
    ("status", "maybe"),
    [
        *((status, False) for status in (402, 405, 408, 409, 413, 422, 425, 429, 451, 499, 503)),
        *((status, True) for status in (500, 501, 502, 504, 505, 520, 599, 600, 999)),
    ],
)
@in_loop
async def test_only_4xx_and_503_are_surely_not_taken(status: int, maybe: bool) -> None:  # noqa: FBT001
    failure = await failure_of(http_answer(status))
    assert isinstance(failure, Unreachable)
    assert failure.maybe is maybe


@pytest.mark.parametrize(
    ("headers", "wait_ms"),
    [
        ({"retry_after": "7"}, 7_000),
        ({"retry_after": " 0 "}, 0),
        ({"retry_after": "3600"}, 3_600_000),
        ({"retry_after": "86400"}, 3_600_000),
        ({"retry_after": "9" * 5_000}, 3_600_000),
        ({"retry_after": "-5"}, 0),
        ({"retry_after": "1.5"}, 0),
        ({"retry_after": "soon"}, 0),
        ({"retry_after": "²"}, 0),
        ({}, 0),
        (
            {
                "date": "Fri, 20 Nov 2026 23:58:28 GMT",
                "retry_after": "Fri, 20 Nov 2026 23:58:58 GMT",
            },
            30_000,
        ),
        (
            {
                "date": "Fri, 20 Nov 2026 23:58:28 GMT",
                "retry_after": "Fri, 20 Nov 2026 23:58:20 GMT",
            },
            0,
        ),
        ({"retry_after": "Fri, 31 Dec 9999 23:59:59 GMT"}, 3_600_000),
        ({"retry_after": "Mon, 99 Foo 99999 99:99:99 GMT"}, 0),
    ],
)
@in_loop
async def test_the_receiver_is_given_the_time_it_asks_for_up_to_an_hour(
    headers: dict[str, str], wait_ms: int
) -> None:
    failure = await failure_of(http_answer(429, **headers))
    assert isinstance(failure, Unreachable)
    assert failure.retry_after_ms == wait_ms


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("https://elsewhere.example/secret-path", "points to https://elsewhere.example,"),
        ("/hook/", "points to another path there,"),
        ("gopher://x/", "points to another path there,"),
    ],
)
@in_loop
async def test_a_redirect_is_not_followed_but_said_without_what_may_be_secret(
    location: str, said: str
) -> None:
    failure = await failure_of(http_answer(301, location=location))
    assert isinstance(failure, Refused)
    assert said in str(failure)
    assert "secret" not in str(failure)


@pytest.mark.parametrize(
    "garbage",
    [
        b"",
        b"HTTP/1.1 200",
        b"HTTP/1.1 200 OK\r\nx: y\r\n",
        b"hello\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 11,
        b"HTTP/1.1 200 OK\r\nx: " + b"y" * 40_000 + b"\r\n\r\n",
    ],
)
@in_loop
async def test_an_answer_that_is_none_may_hide_that_the_message_was_taken(garbage: bytes) -> None:
    failure = await failure_of(garbage)
    assert isinstance(failure, Unreachable)
    assert failure.maybe is True


@in_loop
async def test_a_2xx_counts_although_its_body_never_ends_or_is_cut() -> None:
    async def endless(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n...")
        await asyncio.sleep(60)

    async with serving(endless) as port:
        await post(port)
    assert await failure_of(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n...") is None


@in_loop
async def test_a_receiver_that_is_not_there_has_surely_not_taken_it() -> None:
    sending = Sending()
    with pytest.raises(Unreachable, match="refused") as caught:
        await post(free_port(), sending)
    assert (caught.value.maybe, sending.left) == (False, False)


@in_loop
async def test_a_name_that_is_not_known_has_surely_not_taken_it() -> None:
    with pytest.raises(Unreachable) as caught:
        await real().http.send_json(Url.parse("http://a..b/"), json={})
    assert caught.value.maybe is False


@in_loop
async def test_a_reset_after_the_request_may_hide_that_it_was_taken() -> None:
    async def reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await read_request(reader)
        sock = writer.get_extra_info("socket")
        sock.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))

    async with serving(reset) as port:
        with pytest.raises(Unreachable) as caught:
            await post(port)
    assert caught.value.maybe is True


@in_loop
async def test_what_comes_before_the_first_byte_finds_the_connection_standing() -> None:
    receiver = Answers(http_answer())
    seen: list[tuple[int, bool]] = []
    connected = asyncio.Event()

    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connected.set()
        await receiver(reader, writer)

    async def renew() -> None:
        await connected.wait()
        seen.append((len(receiver.requests), sending.left))

    sending = Sending(renew)
    async with serving(behaviour) as port:
        await post(port, sending)
    assert (seen, sending.left, len(receiver.requests)) == ([(0, False)], True, 1)


@in_loop
async def test_nothing_is_sent_when_what_comes_before_it_fails() -> None:
    class LostError(Exception):
        pass

    received: list[bytes] = []

    async def behaviour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del writer
        with suppress(ConnectionResetError):
            received.append(await reader.read())

    async def lose() -> None:
        raise LostError

    sending = Sending(lose)
    async with serving(behaviour) as port:
        with pytest.raises(LostError):
            await post(port, sending)
        await asyncio.sleep(0.05)
    assert (b"".join(received), sending.left) == (b"", False)


@in_loop
async def test_a_deadline_before_the_first_byte_leaves_nothing_in_doubt() -> None:
    async def hang() -> None:
        await asyncio.sleep(60)

    sending = Sending(hang)
    async with serving(Answers(http_answer())) as port:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await post(port, sending)
    assert sending.left is False


@in_loop
async def test_a_deadline_after_the_first_byte_leaves_a_doubt() -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del writer
        await read_request(reader)
        deadline.reschedule(0)
        await asyncio.sleep(60)

    sending, deadline = Sending(), asyncio.timeout(None)
    async with serving(hang) as port:
        with pytest.raises(TimeoutError):
            async with deadline:
                await post(port, sending)
    assert sending.left is True


@in_loop
async def test_credentials_in_the_url_become_basic_authorization() -> None:
    receiver = Answers(http_answer())
    async with serving(receiver) as port:
        await real().http.send_json(Url.parse(f"http://us%40r:p%20w@127.0.0.1:{port}/"), json={})
    assert b"authorization: Basic dXNAcjpwIHc=\r\n" in receiver.requests[0]


@in_loop
async def test_half_a_character_does_not_stop_a_message() -> None:
    receiver = Answers(http_answer())
    async with serving(receiver) as port:
        await real().http.send_json(Url.parse(f"http://127.0.0.1:{port}/"), json={"a": "ü\ud800"})
    assert receiver.requests[0].endswith('{"a":"ü?"}'.encode())


@in_loop
async def test_a_metadata_address_is_never_spoken_to() -> None:
    with pytest.raises(Unreachable, match="cloud metadata") as caught:
        await real().http.send_json(Url.parse("http://169.254.169.254/"), json={})
    assert caught.value.maybe is False


@in_loop
async def test_a_form_is_sent_as_a_browser_does_and_half_a_character_does_not_stop_it() -> None:
    receiver = Answers(http_answer())
    async with serving(receiver) as port:
        url = Url.parse(f"http://127.0.0.1:{port}/")
        await real().http.send_form(url, form={"a b": "ü&\ud800"})
    assert b"content-type: application/x-www-form-urlencoded\r\n" in receiver.requests[0]
    assert receiver.requests[0].endswith(b"\r\n\r\na+b=%C3%BC%26%3F")


@in_loop
async def test_what_is_put_has_the_method_that_may_be_repeated() -> None:
    receiver = Answers(http_answer())
    async with serving(receiver) as port:
        url = Url.parse(f"http://127.0.0.1:{port}/x")
        await real().http.send_json(url, json={}, method="PUT")
    assert receiver.requests[0].startswith(b"PUT /x HTTP/1.1\r\n")


def refusing(answer: Answer) -> Meaning:
    return Meaning(400 if json_of(answer).get("no") else answer.status, 5_000)


@pytest.mark.parametrize(
    ("answer", "failure"),
    [
        (http_answer(200, b'{"no": false}'), None),
        (http_answer(200, b"[" * 100_000), None),
        (http_answer(200, b'{"no": true}'), Refused),
        (http_answer(429, b"{}"), Unreachable),
    ],
)
@in_loop
async def test_a_body_that_is_heeded_says_what_the_status_does_not(
    answer: bytes, failure: type[DeliveryError] | None
) -> None:
    found: DeliveryError | None = None
    async with serving(Answers(answer)) as port:
        try:
            await real().http.send_json(
                Url.parse(f"http://127.0.0.1:{port}/"), json={}, heed=refusing
            )
        except DeliveryError as error:
            found = error
    assert type(found) is (failure or type(None))
    if isinstance(found, Unreachable):
        assert found.retry_after_ms == 5_000


@pytest.mark.parametrize(
    ("wished", "ms"),
    [
        *((7, 7_000), (0.5, 500), (86_400, 3_600_000), (float("inf"), 3_600_000)),
        *((-1, 0), (0, 0), (True, 0), (None, 0), ("7", 0), ([], 0), (float("nan"), 0)),
    ],
)
def test_a_wish_to_wait_in_a_body_is_kept_up_to_an_hour(wished: object, ms: int) -> None:
    assert wait_ms(wished, 1_000) == ms


@in_loop
async def test_who_wants_to_read_the_answer_finds_as_much_of_its_body_as_was_asked_for() -> None:
    sending = Sending(most_body=5)
    async with serving(Answers(http_answer(200, b"hello world"))) as port:
        await post(port, sending)
    assert sending.answer is not None
    assert (sending.answer.body, sending.answer.is_cut) == (b"hello", True)
