"""Shortcut: busy routes are answered after the parser, before any ASGI scope or task.

A busy route answers at once, by bytes made before, or as soon as the door's commit allows.
All else, and what came while an answer before it is still due, goes the ordinary way, where
the same route answers in turn: answers keep the order of their requests, and both ways say
the same.
"""

import asyncio
import logging

from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from watchkeeper.web.answer import BAD_REQUEST, OUR_FAULT, Answer, Refusal
from watchkeeper.web.intake import ANSWER_S, IDLE_S, Intake, Stage
from watchkeeper.web.ordinary import Pipelined
from watchkeeper.web.route import Coming, Route, concluded

MOST_WAITING = 64

_log = logging.getLogger(__name__)
_NOBODY_WAITS = asyncio.Event()


class Due(RequestResponseCycle):
    """The answer that waits for the door, where uvicorn looks for what comes before a request.

    A connection has one, for there is no other while it waits.
    """

    route: Route
    is_head: bool

    def __init__(self) -> None:
        self.response_complete = True
        self.disconnected = False
        self.message_event = _NOBODY_WAITS


class Shortcut(Intake):
    """One connection, from the moment at which a request is whole."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take the connection, when there is room."""
        self._due = Due()
        super().connection_made(transport)

    def on_message_complete(self) -> None:
        """Answer now, where that is possible and in turn."""
        self._stage = Stage.ANSWER
        self.deadline = self._connections.now + ANSWER_S
        route = self._route
        if route is None or self._is_answer_due() or self.flow.write_paused:
            self._go_the_ordinary_way(route)
            return
        keep_alive = self._keep_alive and not self._is_parting
        is_head = self._request.method == b"HEAD"
        answer = self._refused or self._ask(route)
        if isinstance(answer, Answer):
            self._send(answer, keep_alive=keep_alive, is_head=is_head)
            self._rest()
            return
        self.cycle = due = self._due
        due.route, due.keep_alive, due.is_head = route, keep_alive, is_head
        due.response_complete = False
        answer.add_done_callback(self._conclude)

    def _ask(self, route: Route) -> Answer | Coming:
        try:
            return route.answer(self._request, bytes(self._body))
        except Refusal as refusal:
            return refusal.answer
        except Exception:  # noqa: BLE001 - somebody waits for an answer
            _log.exception("a request could not be answered")
            return OUR_FAULT

    def _conclude(self, done: Coming) -> None:
        due = self._due
        due.response_complete = True
        try:
            answer = concluded(due.route, done)
        except Exception:  # noqa: BLE001 - somebody waits for an answer
            _log.exception("a request could not be answered")
            answer = OUR_FAULT
        if self.transport.is_closing():
            return
        self._send(answer, keep_alive=due.keep_alive, is_head=due.is_head)
        self.on_response_complete()

    def _send(self, answer: Answer, *, keep_alive: bool, is_head: bool) -> None:
        tail = self._connections.tail if keep_alive else self._connections.last_tail
        if answer.body and not is_head:
            self.transport.writelines((answer.head, tail, answer.body))
        else:
            self.transport.write(answer.head + tail)
        if keep_alive:
            return
        if self._stage is Stage.LEAVING:
            self._linger()
        else:
            self._stage = Stage.LEAVING
            self.transport.close()

    def on_response_complete(self) -> None:
        """Begin the next of those that waited; read on when there is none."""
        if self.transport.is_closing():
            return
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())
            return
        self.flow.resume_reading()
        self._rest()

    def _rest(self) -> None:
        if self._stage is Stage.ANSWER:
            self._stage = Stage.IDLE
            self.deadline = self._connections.now + IDLE_S

    def _go_the_ordinary_way(self, route: Route | None) -> None:
        if len(self.pipeline) >= MOST_WAITING:
            raise Refusal(BAD_REQUEST)
        self._hand_over(Pipelined(route, self._request, bytes(self._body)) if route else None)
        self.cycle.keep_alive = self._keep_alive and not self._is_parting
