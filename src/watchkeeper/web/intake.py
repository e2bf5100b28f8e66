"""Intake: from the bytes of a connection to whole requests, everything bounded.

Heads are at most 16 KiB and come within 10 s, bodies are as long as their route reads and
come within 30 s. What cannot be understood is answered 4xx and ends the connection; the rest
of what the client sends is read and dropped for 2 s, so that the answer reaches it.
"""

import asyncio
import logging
from enum import Enum, auto
from typing import Any, NamedTuple

from httptools import HttpParserCallbackError, HttpParserError, HttpParserUpgrade
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from watchkeeper.web.answer import (
    BAD_REQUEST,
    CONTENT_TOO_LARGE,
    HEAD_TOO_LARGE,
    OUR_FAULT,
    REQUEST_TIMEOUT,
    Answer,
    Refusal,
)
from watchkeeper.web.connections import Connections
from watchkeeper.web.front import Front
from watchkeeper.web.heads import Heads
from watchkeeper.web.ordinary import Pipelined
from watchkeeper.web.request import Request, canonical
from watchkeeper.web.route import SMALL_BODY, Route
from watchkeeper.web.site import Site

HEAD_LIMIT = 16 * 1024
HEAD_S = 10.0
BODY_S = 30.0
ANSWER_S = 60.0
IDLE_S = 75.0
LINGER_S = 2.0

_VERSIONS = frozenset({"1.0", "1.1"})
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_log = logging.getLogger(__name__)


class Stage(Enum):
    """What a connection is doing."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    LEAVING = auto()


class Common(NamedTuple):
    """What all connections of one server share."""

    front: Front
    site: Site
    connections: Connections
    heads: Heads


class Intake(HttpToolsProtocol):
    """One connection, up to the moment at which a request is whole."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        common: Common,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._clock = common.front.clock
        self._site = common.site
        self._connections = common.connections
        self._heads = common.heads
        self._stage = Stage.IDLE
        self.deadline = common.connections.now + HEAD_S
        self.address = ""
        self._gap = 0
        self._segment = self._fed = 0
        self._limit = SMALL_BODY
        self._body: bytes | bytearray = b""
        self._route: Route | None = None
        self._request = Request(b"", {}, 0, 0)
        self._refused: Answer | None = None
        self._keep_alive = True
        self._is_parting = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, when there is room."""
        super().connection_made(transport)
        self.address = self.client[0] if self.client else ""
        self._gap = self._connections.born()
        if not self._connections.admit(self):
            self._stage = Stage.LEAVING
            transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget the connection."""
        self._connections.leave(self)
        super().connection_lost(exc)

    def eof_received(self) -> bool:  # type: ignore[override]
        """Return whether an answer is still due to one who says no more."""
        if not self._is_answer_due():
            return False
        self.cycle.keep_alive = False
        return True

    def part(self) -> None:
        """Close now, or after the answer to what is being read or answered."""
        if self._stage in {Stage.HEAD, Stage.BODY}:
            self._is_parting = True
        else:
            self.shutdown()

    def expire(self) -> None:
        """End what took too long: 408 for a request that does not come to its end."""
        if self._stage in {Stage.HEAD, Stage.BODY}:
            self._refuse(REQUEST_TIMEOUT)
        else:
            self.abort()

    def abort(self) -> None:
        """Close at once."""
        self.transport.abort()

    def data_received(self, data: bytes) -> None:
        """Read *data*, by memory or by the parser."""
        is_fresh = self._stage is Stage.IDLE and not self.flow.write_paused
        known = self._heads.begin(data) if is_fresh else None
        if known:
            head, self._body = known
            self._begin(head.route, b"POST", head.fields)
            self._refused, self._keep_alive = head.route.refuse(self._request), True
            self.on_message_complete()
        elif self._stage is not Stage.LEAVING:
            self._parse(data)
            if is_fresh:
                self._learn(data)

    def _learn(self, data: bytes) -> None:
        """Keep the head of *data*, when that was a whole report with the right credentials."""
        route, is_whole = self._route, self._stage in {Stage.IDLE, Stage.ANSWER}
        if is_whole and route and not self._refused and self._keep_alive:
            self._heads.keep(data, route, self._request.fields)

    def _parse(self, data: bytes) -> None:
        self._segment = len(data)
        self._fed += self._segment
        try:
            self._feed(data)
        except HttpParserCallbackError as error:
            self._end(error.__context__)
        except HttpParserError:
            self._refuse(BAD_REQUEST)
        if self._stage is Stage.HEAD and self._fed > HEAD_LIMIT:
            self._refuse(HEAD_TOO_LARGE)

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self.parser.feed_data(data)
            except HttpParserUpgrade as upgrade:
                data = data[upgrade.args[0] :]  # a server may stay with HTTP/1.1, as we do
            else:
                return

    def on_message_begin(self) -> None:
        """Prepare for a new head."""
        if self._stage is Stage.LEAVING:
            raise Refusal(BAD_REQUEST)
        self.url = b""
        self.headers = []
        self._body = bytearray()
        self._fed = 0
        self._stage = Stage.HEAD
        self.deadline = self._connections.now + HEAD_S

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a field of the head. Trailers, which nobody needs, are refused."""
        if self._stage is not Stage.HEAD:
            raise Refusal(BAD_REQUEST)
        self.headers.append((name.lower(), value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        """Find the route, and judge what can be judged without a body."""
        if self._fed + self._segment > HEAD_LIMIT and self._head_size() > HEAD_LIMIT:
            raise Refusal(HEAD_TOO_LARGE)
        version = self.parser.get_http_version()
        method, fields = self.parser.get_method(), dict(self.headers)
        if version not in _VERSIONS or (version == "1.1" and b"host" not in fields):
            raise Refusal(BAD_REQUEST)
        if len(fields) < len(self.headers) and sum(n == b"host" for n, _ in self.headers) > 1:
            raise Refusal(BAD_REQUEST)
        route = self._site.find(method, self.url)
        self._begin(route, method, fields)
        self._refused = route.refuse(self._request) if route else None
        self._limit = route.limit if route else SMALL_BODY
        self._keep_alive = version == "1.1" and self.parser.should_keep_alive()
        self._stage = Stage.BODY
        self.deadline = self._connections.now + BODY_S
        self._await_body(fields)

    def _begin(self, route: Route | None, method: bytes, fields: dict[bytes, bytes]) -> None:
        self._route = route
        self._request = Request(method, fields, self._clock.steady(), self._gap)

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _await_body(self, fields: dict[bytes, bytes]) -> None:
        if int(fields.get(b"content-length", b"0")) > self._limit:
            raise Refusal(self._refused or CONTENT_TOO_LARGE)
        if b"expect" not in fields or fields[b"expect"].lower() != b"100-continue":
            return
        if self._refused:
            raise Refusal(self._refused)
        if not self._is_answer_due():
            self.transport.write(_CONTINUE)

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body, up to the route's limit; nothing of a refused request."""
        self._limit -= len(body)
        if self._limit < 0:
            raise Refusal(self._refused or CONTENT_TOO_LARGE)
        if not self._refused:
            self._body += body

    def _hand_over(self, pipelined: Pipelined | None) -> None:
        """Give the whole request to uvicorn, as if it had arrived at this moment."""
        url, headers, body = canonical(self.url), self.headers, bytes(self._body)
        super().on_message_begin()
        self.url = url
        self.headers.extend(headers)
        self.scope["state"]["pipelined"] = pipelined
        super().on_headers_complete()
        super().on_body(body)
        super().on_message_complete()

    def _is_answer_due(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def _end(self, cause: BaseException | None) -> None:
        if isinstance(cause, Refusal):
            self._refuse(cause.answer)
            return
        _log.error("a request could not be answered", exc_info=cause)
        self._refuse(OUR_FAULT)

    def _refuse(self, answer: Answer) -> None:
        """Give *answer* as the last one, after those that are due."""
        self._stage = Stage.LEAVING
        if self.transport.is_closing():
            return
        if self._is_answer_due():
            self.deadline = self._connections.now + ANSWER_S
            self.cycle.keep_alive = False
            return
        self.transport.write(answer.head + self._connections.last_tail + answer.body)
        self._linger()

    def _linger(self) -> None:
        """Say no more, but read on for a while: a reset would overtake the answer."""
        self.deadline = self._connections.now + LINGER_S
        self.flow.resume_reading()
        self.transport.write_eof()
