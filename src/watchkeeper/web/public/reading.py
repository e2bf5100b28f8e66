"""Reading: a route of the public side, which needs no credentials and never waits."""

import asyncio
from collections.abc import Callable
from typing import Any

from watchkeeper.web.answer import Answer
from watchkeeper.web.public.rendition import Rendition
from watchkeeper.web.request import Request
from watchkeeper.web.route import SMALL_BODY


class Reading:
    """`GET` of what *current* returns."""

    limit = SMALL_BODY

    def __init__(self, current: Callable[[], Rendition]) -> None:
        self._current = current

    def refuse(self, request: Request) -> Answer | None:
        """Refuse nobody."""

    def answer(self, request: Request, body: bytes) -> Answer:
        """Return the form of the current rendition that *request* asks for."""
        del body
        return self._current().answer(request)

    def conclude(self, done: "asyncio.Future[Any]") -> Answer:
        """Never called: there is nothing to wait for."""
        raise NotImplementedError
