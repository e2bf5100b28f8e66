"""Vigil's reporter wire: reports of load and health come in, replicas are flushed."""

import asyncio
import re
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from watchkeeper.core.name import NodeName, ReplicaName
from watchkeeper.core.plan import Listening, Mode, Node, Plan
from watchkeeper.core.reason import NONE, Reason
from watchkeeper.core.report import Report, Source, SourceKind
from watchkeeper.core.status import Status
from watchkeeper.judge.outcome import Outcome
from watchkeeper.judge.passage import Passage
from watchkeeper.store.errors import StoreRefused
from watchkeeper.web.answer import (
    BAD_REQUEST,
    NOT_FOUND,
    OK,
    STORE_REFUSED,
    Answer,
    Refusal,
    plain,
)
from watchkeeper.web.credentials import Credentials
from watchkeeper.web.front import Front
from watchkeeper.web.request import Request
from watchkeeper.web.route import SMALL_BODY, Route
from watchkeeper.web.wire.body import LONGEST_BODY
from watchkeeper.web.wire.body import read as read_body

LONGEST_ID = 512
SHORTEST_INTERVAL_S = 1
LONGEST_INTERVAL_S = 7 * 24 * 3600
HIGHEST_LOAD = 1_000.0

OTHER_MODE = Answer(HTTPStatus.PRECONDITION_FAILED)
FULL = plain(
    HTTPStatus.TOO_MANY_REQUESTS, "too many replicas on this node\n", (("retry-after", "60"),)
)

_REPORTER = Source(SourceKind.REPORTER)
_LOCAL = Source(SourceKind.LOCAL)
_TOO_BUSY_CPU = Reason("cpu")
_TOO_BUSY_RAM = Reason("ram")
_BY_ITSELF = Reason("reported")
_HEALTHS = {"healthy": Status.HEALTHY, "sick": Status.SICK, "dead": Status.DEAD}
_ANSWERS = {Outcome.TAKEN: OK, Outcome.FULL: FULL, Outcome.UNKNOWN: NOT_FOUND}
NO_ID = plain(
    HTTPStatus.BAD_REQUEST, "replica: must be 1 to 512 bytes without control characters\n"
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

_Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]


@dataclass(frozen=True, slots=True)
class Load:
    """Shares of a machine in use; 1.0 is all of it, CPU may be more."""

    cpu: _Number
    ram: _Number


@dataclass(frozen=True, slots=True)
class Told:
    """The body of a report: who, for how many seconds it holds, and load or health."""

    replica: Annotated[str, Field(strict=True)]
    interval: Annotated[_Number, Field(ge=0)]
    load: Load | None = None
    health: Literal["healthy", "sick", "dead"] | None = None


_TOLD = TypeAdapter(Told)


class Reporters:
    """The roads `/reporter/…`: judges credentials, knows nodes, leads to the door."""

    def __init__(self, front: Front) -> None:
        self.credentials = Credentials(front.reporter_token)
        self.front = front
        self._plan: Plan | None = None
        self._nodes: dict[NodeName, Node] = {}

    def route(self, method: bytes, path: tuple[str, ...]) -> Route | None:
        """Return the route for *path* below `/`, None when it is not one of these."""
        match method, path:
            case b"POST", ("reporter", service, node):
                return ReportRoute(self, NodeName(service, node))
            case b"DELETE", ("reporter", service, node, replica):
                return FlushRoute(self, ReplicaName(service, node, replica))
        return None

    def node(self, name: NodeName) -> Node:
        """Return the node called *name*; raise Refusal without one."""
        plan = self.front.plan()
        if plan is not self._plan:
            self._nodes = dict(plan.nodes())
            self._plan = plan
        try:
            return self._nodes[name]
        except KeyError:
            raise Refusal(NOT_FOUND) from None

    def refuse_old(self, request: Request) -> None:
        """Refuse what waited while this process was stopped: its words are old."""
        if request.gap != self.front.gap():
            raise Refusal(STORE_REFUSED)


class ReportRoute:
    """`POST /reporter/SERVICE/NODE`: one report about one replica."""

    limit = LONGEST_BODY

    def __init__(self, reporters: Reporters, name: NodeName) -> None:
        self._reporters = reporters
        self._name = name

    def refuse(self, request: Request) -> Answer | None:
        """Return the answer to missing (401) or wrong (403) credentials."""
        return self._reporters.credentials.refusal(request.field(b"authorization"))

    def answer(self, request: Request, body: bytes) -> Passage:
        """Bring the report to the door; raise Refusal for what is none."""
        told = read(request.field(b"content-type"), body)
        node = self._reporters.node(self._name)
        if node.mode is not (Mode.PUSH if told.load else Mode.LOCAL):
            raise Refusal(OTHER_MODE)
        self._reporters.refuse_old(request)
        report = understood(told, node.listening, request.heard)
        name = ReplicaName(*self._name, told.replica)
        return self._reporters.front.door.take(name, report)

    def conclude(self, done: Passage) -> Answer:
        """Return the answer to what became of the report."""
        try:
            return _ANSWERS[done.result()]
        except StoreRefused:
            return STORE_REFUSED


class FlushRoute:
    """`DELETE /reporter/SERVICE/NODE/REPLICA`: a replica leaves the page."""

    limit = SMALL_BODY

    def __init__(self, reporters: Reporters, name: ReplicaName) -> None:
        self._reporters = reporters
        self._name = name

    def refuse(self, request: Request) -> Answer | None:
        """Return the answer to missing (401) or wrong (403) credentials."""
        return self._reporters.credentials.refusal(request.field(b"authorization"))

    def answer(self, request: Request, body: bytes) -> "asyncio.Future[bool]":
        """Bring the flush to the door. A body is not read."""
        del body
        node = self._reporters.node(self._name.of_node)
        if node.is_looked_at:
            raise Refusal(OTHER_MODE)
        if not is_id(self._name.replica):
            raise Refusal(NO_ID)
        self._reporters.refuse_old(request)
        return asyncio.ensure_future(self._reporters.front.door.flush(self._name, "reporter"))

    def conclude(self, done: "asyncio.Future[bool]") -> Answer:
        """Return 200, or 404 when nobody knew the replica."""
        try:
            return OK if done.result() else NOT_FOUND
        except StoreRefused:
            return STORE_REFUSED


def read(content_type: bytes, body: bytes) -> Told:
    """Return what *body* tells, its bounds checked. Raise Refusal (400) otherwise."""
    told = read_body(_TOLD, content_type, body)
    if not (told.load or told.health) or (told.load and min(told.load.cpu, told.load.ram) < 0):
        raise Refusal(BAD_REQUEST)
    if not is_id(told.replica):
        raise Refusal(NO_ID)
    return told


def is_id(text: str) -> bool:
    """Return whether *text* can be the id of a replica."""
    if text.isascii():
        return 0 < len(text) <= LONGEST_ID and text.isprintable()
    return len(text.encode()) <= LONGEST_ID and not _CONTROL.search(text)


def understood(told: Told, listening: Listening, heard: int) -> Report:
    """Return the report that *told* makes at *heard*, judged by the thresholds of its node."""
    seconds = min(max(told.interval, SHORTEST_INTERVAL_S), LONGEST_INTERVAL_S)
    valid_ms = int(seconds * 1_000) + listening.grace_ms
    if told.load is None:
        status = _HEALTHS[told.health or "healthy"]
        reason = NONE if status is Status.HEALTHY else _BY_ITSELF
        return Report(status=status, source=_LOCAL, heard=heard, valid_ms=valid_ms, reason=reason)
    reason = _overload(told.load, listening)
    return Report(
        status=Status.SICK if reason.code else Status.HEALTHY,
        source=_REPORTER,
        heard=heard,
        valid_ms=valid_ms,
        reason=reason,
        cpu=_thousandths(told.load.cpu),
        ram=_thousandths(told.load.ram),
    )


def _overload(load: Load, listening: Listening) -> Reason:
    if load.cpu > listening.cpu_sick_above:
        return _TOO_BUSY_CPU
    return _TOO_BUSY_RAM if load.ram > listening.ram_sick_above else NONE


def _thousandths(share: float) -> int:
    return round(min(share, HIGHEST_LOAD) * 1_000)
