"""Reading: the routes of the public side, which need no credentials."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from watchkeeper.web.answer import NOT_FOUND, Answer
from watchkeeper.web.public.rendition import Rendition
from watchkeeper.web.public.served import Served
from watchkeeper.web.request import Request
from watchkeeper.web.route import SMALL_BODY


class ReadingRoute:
    """`GET` of what *current* returns at once."""

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


class WaitedReadingRoute:
    """`GET` of what *find* comes back with, for which it may have to wait, unless it is *kept*."""

    limit = SMALL_BODY

    def __init__(
        self,
        find: Callable[[], Awaitable[Rendition | Served | None]],
        kept: Callable[[], Rendition | None] = lambda: None,
    ) -> None:
        self._find = find
        self._kept = kept

    def refuse(self, request: Request) -> Answer | None:
        """Refuse nobody."""

    def answer(self, request: Request, body: bytes) -> "Answer | asyncio.Future[Answer]":
        """Return what is kept in the form that *request* asks for, or begin to find it."""
        del body
        kept = self._kept()
        return kept.answer(request) if kept else asyncio.ensure_future(self._answer(request))

    def conclude(self, done: "asyncio.Future[Answer]") -> Answer:
        """Return what was found, or 404."""
        return done.result()

    async def _answer(self, request: Request) -> Answer:
        found = await self._find()
        return found.answer(request) if found else NOT_FOUND
