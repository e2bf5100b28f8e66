import asyncio
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from watchkeeper.outside.answer import Answer, Incoming
from watchkeeper.outside.failure import BadAnswer, CutOff, Failure
from watchkeeper.outside.journey import Journey


def read(*pieces: bytes, most_body: int = 100, ends: bool = False) -> Answer:
    """Return the answer that *pieces* hold; raise CutOff where it is not whole by then."""

    async def main() -> Answer:
        reading = Incoming(Journey(1_000), most_body)
        try:
            for piece in pieces:
                if reading.feed(piece):
                    return reading.answer()
            if not ends:
                raise CutOff("more is wanted")
            reading.end()
            return reading.answer()
        finally:
            reading.release()

    return asyncio.run(main())


OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("given", "body"),
    [
        (OK + b"content-length: 3\r\n\r\nabc", b"abc"),
        (OK + b"content-length: 0\r\n\r\n", b""),
        (CHUNKED + b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", b"abcde"),
        (CHUNKED + b"3;x=y\r\nabc\r\n0\r\nx-trailer: 1\r\n\r\n", b"abc"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 10 + OK + b"content-length: 1\r\n\r\na", b"a"),
        (b"HTTP/1.1 103 Hints\r\nlink: x\r\n\r\n" + OK + b"content-length: 1\r\n\r\na", b"a"),
        (b"HTTP/1.0 204 Nothing\r\n\r\n", b""),
        (b"HTTP/1.1 304 Same\r\ncontent-length: 9\r\n\r\n", b""),
        (b"HTTP/1.1 101 Switch\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n\x00\x01", b""),
        (OK + b"content-length: 3\r\n\r\nabcHTTP/1.1 500 Smuggled\r\n\r\n", b"abc"),
    ],
)
def test_an_answer_is_whole_when_its_end_is_there(given: bytes, body: bytes) -> None:
    whole = read(given)
    assert whole.body == body
    assert not whole.is_cut
    assert read(*(given[n : n + 1] for n in range(len(given)))) == whole


def test_without_a_length_the_body_ends_with_the_connection() -> None:
    assert read(OK + b"\r\nabc", ends=True).body == b"abc"


def test_a_body_is_read_up_to_its_cap_and_no_further() -> None:
    answer = read(OK + b"content-length: 1000\r\n\r\n" + b"x" * 101)
    assert (answer.body, answer.is_cut) == (b"x" * 100, True)


def test_where_no_body_is_wanted_the_headers_are_the_whole_answer() -> None:
    answer = read(OK + b"content-length: 1000\r\n\r\n", most_body=0)
    assert (answer.status, answer.body) == (200, b"")


def test_a_compressed_body_is_not_inflated() -> None:
    bomb = b"\x1f\x8b\x08\0\0\0\0\0\0\0"
    head = OK + b"content-encoding: gzip\r\ncontent-length: 10\r\n\r\n"
    assert read(head + bomb).body == bomb


def test_headers_are_found_by_their_name_in_lower_case() -> None:
    answer = read(OK + b"Location: /a\r\nLOCATION: /b\r\ncontent-length: 0\r\n\r\n")
    assert (answer.header(b"location"), answer.header(b"absent")) == ("/a", "")


def test_an_interim_answer_with_a_body_is_not_the_answer_where_headers_suffice() -> None:
    with pytest.raises(CutOff, match="in the middle of the headers"):
        read(b"HTTP/1.1 199 Soon\r\ncontent-length: 5\r\n\r\nhello", most_body=0, ends=True)


def test_interim_headers_are_not_those_of_the_answer() -> None:
    answer = read(b"HTTP/1.1 103 Hints\r\nx: 1\r\n\r\n" + OK + b"content-length: 0\r\n\r\n")
    assert answer.header(b"x") == ""


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (b"hello\r\n", "is not HTTP.*hello"),
        (b"SSH-2.0-OpenSSH_9.2\r\n", "is not HTTP.*SSH-2"),
        (b"<html>old</html>", "is not HTTP"),
        (b"HTTP/1.1 abc OK\r\n\r\n", "is not HTTP"),
        (b"HTTP/1.1 99 Low\r\n\r\n", "is not HTTP"),
        (b"HTTP/1.1 042 Low\r\n\r\n", "status 42"),
        (OK + b"content-length: 3\r\ncontent-length: 4\r\n\r\nabc", "is not HTTP"),
        (OK + b"content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", "is not HTTP"),
        (OK + b"content-length: -3\r\n\r\nabc", "is not HTTP"),
        (OK + b"content-length: 99999999999999999999999\r\n\r\n", "is not HTTP"),
        (OK + b"x: a\r\n b\r\n\r\n", "is not HTTP"),
        (OK + b"x: a\0b\r\n\r\n", "is not HTTP"),
        (OK + b"x y: a\r\n\r\n", "is not HTTP"),
        (CHUNKED + b"zz\r\n", "is not HTTP"),
        (CHUNKED + b"fffffffffffffffff\r\n", "is not HTTP"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 11, "interim"),
        (OK + b"".join(b"x%d: y\r\n" % n for n in range(101)) + b"\r\n", "100 headers"),
        (OK + b"x: " + b"y" * 33_000 + b"\r\n\r\n", "32 KiB"),
        (OK + b"x: " + b"y" * 33_000, "32 KiB"),
        (b"HTTP/1.1 200 " + b"y" * 33_000, "32 KiB"),
    ],
)
def test_what_breaks_the_rules_or_a_cap_is_no_answer(given: bytes, words: str) -> None:
    with pytest.raises(BadAnswer, match=words):
        read(given, b"", ends=True)


def test_an_endless_line_between_two_chunks_ends_at_a_cap() -> None:
    with pytest.raises(BadAnswer, match="around its body"):
        read(CHUNKED + b"1\r\nx\r\n1;", *(b"x" * 8_000 for _ in range(9)))


def test_a_body_in_the_smallest_of_chunks_is_one_all_the_same() -> None:
    body = b"1\r\nx\r\n" * 50_000
    pieces = [body[n : n + 6_000] for n in range(0, len(body), 6_000)]
    assert len(read(CHUNKED, *pieces, b"0\r\n\r\n", most_body=60_000).body) == 50_000


def test_endless_headers_in_small_pieces_are_cut_too() -> None:
    pieces = [b"x-%d: %s\r\n" % (n, b"y" * 1_000) for n in range(99)]
    with pytest.raises(BadAnswer, match="32 KiB"):
        read(OK, *pieces)


def test_what_strangers_sent_is_quoted_short_and_harmless() -> None:
    with pytest.raises(BadAnswer) as caught:
        read(b"\x1b[31mred\r\n" + b"x" * 10_000)
    assert len(str(caught.value)) < 200
    assert "\x1b" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (b"", "without an answer"),
        (b"HTTP/1.1 2", "in the middle of the headers"),
        (OK + b"x: y\r\n", "in the middle of the headers"),
        (OK + b"content-length: 10\r\n\r\nabc", "after 3 bytes, where 10 were announced"),
        (CHUNKED + b"3\r\nabc\r\n", "a last chunk was due"),
        (b"HTTP/1.1 100 Continue\r\n\r\n", "in the middle of the headers"),
        (b"HTTP/1.1 199 Soon\r\ncontent-length: 5\r\n\r\nhello", "in the middle of the headers"),
    ],
)
def test_an_answer_that_stops_early_says_where(given: bytes, words: str) -> None:
    with pytest.raises(CutOff, match=words):
        read(given, ends=True)


_PIECE = st.one_of(
    st.binary(min_size=1, max_size=60),
    st.sampled_from(
        [
            OK,
            CHUNKED,
            b"\r\n",
            b"content-length: 5\r\n",
            b"HTTP/1.1 100 C\r\n\r\n",
            b"5\r\n",
            b"0\r\n",
        ]
    ),
)


@given(st.lists(_PIECE, max_size=12))
@example([OK, b"transfer-encoding: gzip\r\n\r\n", b"abc"])
@example([b"HTTP/1.1 101 x\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n", b"\0" * 50])
def test_no_answer_whatever_raises_anything_but_a_failure(pieces: list[bytes]) -> None:
    def outcome(work: Callable[[], Answer]) -> Answer | type[Failure]:
        try:
            return work()
        except Failure as failure:
            return type(failure)

    assert outcome(lambda: read(*pieces, ends=True)) == outcome(
        lambda: read(b"".join(pieces), ends=True)
    )
