"""Reading one HTTP/1.1 answer: bytes in, a value out, every cap kept as they arrive."""

from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple

import httptools

from watchkeeper.outside.failure import BadAnswer, CutOff
from watchkeeper.outside.journey import Journey, Phase
from watchkeeper.outside.quote import quote

MOST_HEADER_BYTES = 32 * 1024
MOST_HEADER_FIELDS = 100
MOST_INTERIM_ANSWERS = 10
MOST_BYTES_FOR_ONE = 10
"""Bytes that may arrive for each byte of a body: the smallest chunk takes six."""

_FINAL = 200
_SWITCHING = 101


class Answer(NamedTuple):
    """What a server answered. *is_cut* says that its body goes on beyond what was read."""

    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    is_cut: bool = False

    def header(self, name: bytes) -> str:
        """Return the first value of the header *name*, given in lower case; '' for none."""
        for key, value in self.headers:
            if key.lower() == name:
                return value.decode("latin-1")
        return ""

    def __str__(self) -> str:
        return described(self.status)


@lru_cache(maxsize=1024)
def described(status: int) -> str:
    """Return *status* with the phrase that the standard has for it, if any."""
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


class Incoming:
    """One answer while it arrives; at most *most_body* bytes of its body are read.

    With *most_body* 0 the answer is whole when its headers are. The bytes of the body are
    taken as they come: nothing is ever inflated.
    """

    def __init__(self, journey: Journey, most_body: int = 0) -> None:
        self._journey = journey
        self._most_body = most_body
        self._parser: httptools.HttpResponseParser | None = httptools.HttpResponseParser(self)
        self._received = 0
        self._interim = 0
        self._headers: list[tuple[bytes, bytes]] = []
        self._body = bytearray()
        self._status = 0
        self._is_whole = False
        self._fault = ""

    def feed(self, data: bytes) -> bool:
        """Take *data*; return whether the answer is whole. Raise BadAnswer when it is none."""
        if self._parser is None:
            return True
        if not self._received:
            self._journey.enter(Phase.READ)
        self._received += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._is_whole = True
        except httptools.HttpParserError as error:
            self._fault = self._fault or f"is not HTTP: {error}; it has {quote(data)}"
        if self._is_whole:
            return True
        self._fault = self._fault or self._excess()
        if self._fault:
            raise BadAnswer(f"the answer {self._fault}")
        return False

    def end(self) -> None:
        """Take the end of the connection; raise CutOff when it came too early."""
        if self._is_whole:
            return
        if not self._received:
            raise CutOff("the connection was closed without an answer")
        if not self._status:
            raise CutOff("the connection was closed in the middle of the headers")
        if self._announced():
            raise CutOff(
                f"the connection was closed in the middle of the body, after"
                f" {len(self._body)} bytes, where {self._announced()}"
            )

    def answer(self) -> Answer:
        """Return what was read."""
        body = bytes(self._body[: self._most_body])
        is_cut = len(self._body) > self._most_body
        return Answer(self._status, tuple(self._headers), body, is_cut)

    def release(self) -> None:
        """Let go of the parser, which holds this object and native memory."""
        self._parser = None

    def _excess(self) -> str:
        """Return of what too much has arrived, '' for nothing."""
        if not self._status:
            return _TOO_LONG if self._received > MOST_HEADER_BYTES else self._excess_of_headers()
        most = 2 * MOST_HEADER_BYTES + MOST_BYTES_FOR_ONE * len(self._body)
        return _TOO_MUCH if self._received > most else ""

    def _excess_of_headers(self) -> str:
        """Return what is wrong with how many headers there are, or how long they are."""
        if len(self._headers) > MOST_HEADER_FIELDS:
            return f"has more than {MOST_HEADER_FIELDS} headers"
        if self._received <= MOST_HEADER_BYTES:
            return ""
        length = sum(len(name) + len(value) + 4 for name, value in self._headers)
        return _TOO_LONG if length > MOST_HEADER_BYTES else ""

    def _announced(self) -> str:
        """Return what the headers said about where the body ends, '' for its closing."""
        names = {name.lower(): value for name, value in self._headers}
        if b"transfer-encoding" in names:
            return "a last chunk was due"
        length = names.get(b"content-length")
        return f"{length.decode('latin-1')} were announced" if length else ""

    # What follows is called by the parser. An exception would come back wrapped, so that a
    # fault is remembered and raised by `feed`.

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take one header; one too many is enough to know, and what follows a body is none."""
        if not self._status and len(self._headers) <= MOST_HEADER_FIELDS:
            self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        """Take the end of the headers, of an interim or of the final answer."""
        if self._parser is None or self._is_whole:
            return
        status = self._parser.get_status_code()
        if status < _FINAL and status != _SWITCHING:
            self._take_interim(status)
            return
        self._fault = self._fault or self._excess_of_headers()
        self._status = status
        self._is_whole = self._most_body == 0 and not self._fault

    def on_body(self, data: bytes) -> None:
        """Take a piece of the body; what an interim answer has is none."""
        if self._is_whole or self._fault or not self._status:
            return
        self._body += data
        self._is_whole = len(self._body) > self._most_body

    def on_message_complete(self) -> None:
        """Take the end of an answer."""
        self._is_whole = self._is_whole or (bool(self._status) and not self._fault)

    def _take_interim(self, status: int) -> None:
        self._interim += 1
        self._headers.clear()
        if status < HTTPStatus.CONTINUE:
            self._fault = self._fault or f"has the status {status}"
        if self._interim > MOST_INTERIM_ANSWERS:
            self._fault = self._fault or f"has more than {MOST_INTERIM_ANSWERS} interim answers"


_TOO_MUCH = "has too much around its body: chunks, their extensions, trailers"
_TOO_LONG = f"has more than {MOST_HEADER_BYTES // 1024} KiB of headers"
