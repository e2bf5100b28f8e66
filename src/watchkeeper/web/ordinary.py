"""Ordinary: the application for all that is rarely called, and for what had to wait."""

import json
from http import HTTPStatus
from typing import NamedTuple

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request as StarletteRequest
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount
from starlette.routing import Route as StarletteRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from watchkeeper.web.answer import NOT_FOUND, OUR_FAULT, Answer, Fields, plain
from watchkeeper.web.front import Front
from watchkeeper.web.request import Request
from watchkeeper.web.route import Route, answered

_JSON: Fields = (("content-type", "application/json"),)


class Pipelined(NamedTuple):
    """A request to a busy route that came while an answer before it was still due."""

    route: Route
    request: Request
    body: bytes


class OrdinaryResponse(Response):
    """An answer, said the long way."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body, answer.status)
        self.raw_headers = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in answer.every_field()
        ]


class InTurn:
    """Gives a pipelined request the answer that it would have had at once."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer the pipelined request, or pass on."""
        pipelined: Pipelined | None = scope["state"].get("pipelined")
        if pipelined is None:
            await self._app(scope, receive, send)
            return
        await OrdinaryResponse(await answered(*pipelined))(scope, receive, send)


def application(front: Front) -> Starlette:
    """Return the application for all paths that are not busy."""
    routes: list[BaseRoute] = [
        StarletteRoute("/health/live", _live),
        StarletteRoute("/health/ready", _Ready(front)),
    ]
    app = Starlette(
        routes=[Mount(front.base, routes=routes)] if front.base else routes,
        middleware=[Middleware(InTurn)],
        exception_handlers={404: _not_found, 405: _not_found, Exception: _our_fault},
    )
    app.router.redirect_slashes = False
    return app


class _Ready:
    def __init__(self, front: Front) -> None:
        self._front = front

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        missing = self._front.ready().missing()
        status = HTTPStatus.SERVICE_UNAVAILABLE if missing else HTTPStatus.OK
        body = json.dumps({"ready": not missing, "missing": missing})
        await OrdinaryResponse(Answer(status, _JSON, body.encode()))(scope, receive, send)


async def _live(_: StarletteRequest) -> Response:
    return OrdinaryResponse(plain(HTTPStatus.OK, "live\n"))


async def _not_found(_: StarletteRequest, __: Exception) -> Response:
    return OrdinaryResponse(NOT_FOUND)


async def _our_fault(_: StarletteRequest, __: Exception) -> Response:
    return OrdinaryResponse(OUR_FAULT)
