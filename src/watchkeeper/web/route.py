"""Route: a path and method that is answered by one small function, in or out of turn."""

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from watchkeeper.web.answer import STORE_REFUSED, Answer, Refusal
from watchkeeper.web.request import Request

SMALL_BODY = 64 * 1024


class Coming(Protocol):
    """What is known later: a future, or a report's passage through the door."""

    def add_done_callback(self, heeds: Callable[[Any], object], /) -> None:
        """Have *heeds* called with this once it is known."""

    def result(self) -> Any:
        """Return what came, or raise why nothing did."""


class Route(Protocol):
    """What answers a request; *limit* is the longest body that it reads, in bytes."""

    @property
    def limit(self) -> int:
        """Return the longest body that is read, in bytes."""

    def refuse(self, request: Request) -> Answer | None:
        """Return the answer that is clear before a body is read, such as a wrong token."""

    def answer(self, request: Request, body: bytes) -> Answer | Coming:
        """Return the answer, or what must be waited for before `conclude`; or raise Refusal."""

    def conclude(self, done: Any) -> Answer:
        """Return the answer that *done*, which `answer` returned, leads to."""


async def answered(route: Route, request: Request, body: bytes) -> Answer:
    """Return the answer of *route*, all steps in a row."""
    refused = route.refuse(request)
    if refused:
        return refused
    try:
        answer = route.answer(request, body)
    except Refusal as refusal:
        return refusal.answer
    if isinstance(answer, Answer):
        return answer
    known = asyncio.Event()
    answer.add_done_callback(lambda _: known.set())
    await known.wait()
    return concluded(route, answer)


def concluded(route: Route, done: Coming) -> Answer:
    """Return the answer that *done* leads to; given up while we stop, nothing was stored."""
    try:
        return route.conclude(done)
    except asyncio.CancelledError:
        return STORE_REFUSED
