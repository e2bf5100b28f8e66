"""Vigil's manager wire: announcements, the replicas in trouble, a pause of the reminders."""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import Annotated
from uuid import NAMESPACE_OID, uuid4, uuid5

from pydantic import AwareDatetime, Field, TypeAdapter

from watchkeeper.core.announcement import MOST_TEXT_BYTES, MOST_TITLE_BYTES, Announcement
from watchkeeper.core.state import PageState, ReplicaState
from watchkeeper.core.status import Status
from watchkeeper.store.errors import StoreRefused
from watchkeeper.web.answer import (
    BAD_REQUEST,
    NOT_FOUND,
    OK,
    STORE_REFUSED,
    Answer,
    Fields,
    Refusal,
    plain,
)
from watchkeeper.web.credentials import Credentials
from watchkeeper.web.front import Front
from watchkeeper.web.request import Request
from watchkeeper.web.route import Route
from watchkeeper.web.wire.body import LONGEST_BODY, read

Act = Callable[[Request, bytes], Awaitable[Answer]]

ACTOR = "manager"
MOST_MUTED_S = 65_535
FULL = plain(HTTPStatus.TOO_MANY_REQUESTS, "too many announcements: retract some first\n")

_READS = frozenset({b"GET", b"HEAD"})
_JSON: Fields = (("content-type", "application/json"),)
_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_LAST_AT = 253_370_764_800_000  # the year 9999

_Text = Annotated[str, Field(strict=True)]
_Moment = Annotated[AwareDatetime, Field(strict=True)]


@dataclass(frozen=True, slots=True)
class Draft:
    """The body that announces; the two times are ours."""

    title: _Text
    text: _Text
    starts_at: _Moment | None = None
    expires_at: _Moment | None = None


@dataclass(frozen=True, slots=True)
class Ignoring:
    """The body that pauses the reminders, or ends a pause."""

    reminders_seconds: Annotated[int, Field(strict=True, ge=0, le=MOST_MUTED_S)] | None = None


_DRAFT = TypeAdapter(Draft)
_IGNORING = TypeAdapter(Ignoring)


class Orders:
    """The roads `/manager/…`: judges credentials, leads to the desk."""

    def __init__(self, front: Front) -> None:
        self._credentials = Credentials(front.manager_token)
        self._front = front

    def route(self, method: bytes, path: tuple[str, ...]) -> Route | None:
        """Return the route for *path* below `/`, None when it is not one of these."""
        act = self._reading(path) if method in _READS else self._writing(method, path)
        return OrderRoute(self._credentials, act) if act else None

    def _reading(self, path: tuple[str, ...]) -> Act | None:
        match path:
            case ("manager", "announcements"):
                return self._list
            case ("manager", "prober", "alerts"):
                return self._alerts
            case ("manager", "prober", "alerts", "ignored"):
                return self._ignored
        return None

    def _writing(self, method: bytes, path: tuple[str, ...]) -> Act | None:
        match method, path:
            case b"POST", ("manager", "announcement"):
                return self._announce
            case b"DELETE", ("manager", "announcement", identity):
                return partial(self._retract, identity)
            case b"PUT", ("manager", "prober", "alerts", "ignored"):
                return self._ignore
        return None

    async def _list(self, _: Request, __: bytes) -> Answer:
        return _json([_entry(one) for one in await self._front.desk.announcements()])

    async def _announce(self, request: Request, body: bytes) -> Answer:
        draft = read(_DRAFT, request.field(b"content-type"), body)
        identity = identity_of(request.field(b"idempotency-key"))
        new = announcement(draft, identity, self._front.clock.wall())
        if not await self._front.desk.announce(new, ACTOR):
            return FULL
        return _json({"id": new.id})

    async def _retract(self, identity: str, _: Request, __: bytes) -> Answer:
        return OK if await self._front.desk.retract(identity, ACTOR) else NOT_FOUND

    async def _alerts(self, _: Request, __: bytes) -> Answer:
        return _json(troubles(self._front.state()))

    async def _ignored(self, _: Request, __: bytes) -> Answer:
        return _json({"reminders_seconds": await self._front.desk.muted_s() or None})

    async def _ignore(self, request: Request, body: bytes) -> Answer:
        told = read(_IGNORING, request.field(b"content-type"), body)
        await self._front.desk.mute(told.reminders_seconds or 0, ACTOR)
        return OK


class OrderRoute:
    """One of `/manager/…`, once the token is right."""

    limit = LONGEST_BODY

    def __init__(self, credentials: Credentials, act: Act) -> None:
        self._credentials = credentials
        self._act = act

    def refuse(self, request: Request) -> Answer | None:
        """Return the answer to missing (401) or wrong (403) credentials."""
        return self._credentials.refusal(request.field(b"authorization"))

    def answer(self, request: Request, body: bytes) -> "asyncio.Future[Answer]":
        """Begin what is asked for."""
        return asyncio.ensure_future(self._act(request, body))

    def conclude(self, done: "asyncio.Future[Answer]") -> Answer:
        """Return how it ended."""
        try:
            return done.result()
        except Refusal as refusal:
            return refusal.answer
        except StoreRefused:
            return STORE_REFUSED


def identity_of(key: bytes) -> str:
    """Return the id of what is written under *key*, equal for equal keys, new without one.

    Who lost an answer cannot know whether it was written, and asks again with the same key.
    """
    return str(uuid5(NAMESPACE_OID, key.hex()) if key else uuid4())


def announcement(draft: Draft, identity: str, at: int) -> Announcement:
    """Return what *draft* announces at the wall time *at*; raise Refusal (400) beyond bounds."""
    if not (draft.title and draft.text):
        raise Refusal(BAD_REQUEST)
    _bound("title", draft.title, MOST_TITLE_BYTES)
    _bound("text", draft.text, MOST_TEXT_BYTES)
    new = Announcement(
        id=identity,
        title=draft.title,
        text=draft.text,
        at=at,
        starts_at=_wall("starts_at", draft.starts_at),
        expires_at=_wall("expires_at", draft.expires_at),
    )
    if new.is_over(max(at, new.shown_from)):
        raise _refused("expires_at: must be later than now and than starts_at")
    return new


def troubles(state: PageState) -> dict[str, list[dict[str, str]]]:
    """Return the replicas that are dead, and those that are sick, in the order of the file."""
    replicas = [
        replica for service in state.services for node in service.nodes for replica in node.replicas
    ]
    return {
        status.word: [_named(one) for one in replicas if one.ancestral is status]
        for status in (Status.DEAD, Status.SICK)
    }


def _named(replica: ReplicaState) -> dict[str, str]:
    name = replica.name
    return {"probe": name.service, "node": name.node, "replica": name.replica}


def _entry(one: Announcement) -> dict[str, str]:
    times = {"starts_at": one.starts_at, "expires_at": one.expires_at}
    said = {name: _iso(at) for name, at in times.items() if at is not None}
    return {"id": one.id, "title": one.title, **said}


def _bound(key: str, text: str, most: int) -> None:
    if len(text.encode()) > most:
        raise _refused(f"{key}: must be at most {most} bytes long")
    if _UNSEEN.search(text):
        raise _refused(f"{key}: must not hold control characters other than line breaks and tabs")


def _wall(key: str, moment: datetime | None) -> int | None:
    if moment is None:
        return None
    at = int(moment.timestamp() * 1_000)
    if not 0 <= at < _LAST_AT:
        raise _refused(f"{key}: must be in the years 1970 to 9998")
    return at


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat()


def _refused(text: str) -> Refusal:
    return Refusal(plain(HTTPStatus.BAD_REQUEST, f"{text}\n"))


def _json(value: object) -> Answer:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Answer(HTTPStatus.OK, _JSON, text.encode())
