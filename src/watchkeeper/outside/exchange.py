"""Exchange: one HTTP/1.1 request and its answer, over a connection of its own."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from watchkeeper.outside.answer import Answer, Incoming
from watchkeeper.outside.call import Call, Location, request_of
from watchkeeper.outside.connect import Connector, Place
from watchkeeper.outside.failure import CutOff, Insecure, NoRoute, Theirs
from watchkeeper.outside.journey import Journey, Phase
from watchkeeper.outside.line import Line
from watchkeeper.outside.proxy import open_tunnel
from watchkeeper.outside.session import Meeting, Sessions
from watchkeeper.outside.tls import Certificate
from watchkeeper.outside.wire import Wire


class Heard(NamedTuple):
    """An answer, the address that gave it, and the certificate it showed, if any."""

    answer: Answer
    address: str
    certificate: Certificate | None = None


def exchange(
    connector: Connector,
    call: Call,
    journey: Journey,
    before: Callable[[], Awaitable[None]] | None = None,
    sessions: Sessions | None = None,
) -> Awaitable[Heard]:
    """Return what *call* was answered; raise Failure. The caller holds the total deadline.

    *before* is awaited as the last thing before the first byte of the request. With *sessions*,
    TLS may be taken up again; a handshake that fails for that is made once more, in full.
    """
    peer = call.peer
    if peer is None:
        return _exchange(connector, call, journey, before)
    meeting = sessions.meet(peer) if sessions else Meeting(peer)
    return _exchange_securely(connector, call, journey, before, meeting)


async def _exchange_securely(
    connector: Connector,
    call: Call,
    journey: Journey,
    before: Callable[[], Awaitable[None]] | None,
    meeting: Meeting,
) -> Heard:
    try:
        return await _exchange(connector, call, journey, before, meeting)
    except (Insecure, CutOff):
        if not meeting.went_wrong():
            raise
    journey.note("the earlier session was not taken up: once more, from the beginning")
    return await _exchange(connector, call, journey, before, meeting.in_full())


async def _exchange(
    connector: Connector,
    call: Call,
    journey: Journey,
    before: Callable[[], Awaitable[None]] | None,
    meeting: Meeting | None = None,
) -> Heard:
    if call.proxy is None:
        wire, address = await connector.wire(call.place, journey)
    else:
        wire, address = await _reach(connector, call, call.proxy, journey)
    reading = Incoming(journey, call.most_body)
    try:
        line = Line(wire, reading, meeting.tls() if meeting else None)
    except BaseException:
        wire.close()
        raise
    try:
        certificate = await _secure(line, meeting, journey) if meeting else None
        if before is not None:
            await before()
        journey.enter(Phase.WAIT)
        line.send(request_of(call))
        await line.finished
        if meeting:
            meeting.went_well()
        return Heard(reading.answer(), address, certificate)
    finally:
        line.close()
        reading.release()


async def _reach(
    connector: Connector, call: Call, proxy: Location, journey: Journey
) -> tuple[Wire, str]:
    """Return a wire through *proxy* to the target of *call*, and the address of the proxy.

    A proxy that cannot be reached says nothing about the target.
    """
    await _check_address(connector, call, journey)
    try:
        sock, address = await connector.socket(Place(host=proxy.host, port=proxy.port), journey)
    except Theirs as failure:
        raise NoRoute(f"the proxy {proxy.authority} cannot be reached: {failure}") from failure
    journey.note(f"the proxy {proxy.authority}")
    try:
        if call.target.is_secure:
            await open_tunnel(sock, proxy, call.target)
    except BaseException:
        sock.close()
        raise
    return connector.lead(sock), address


async def _check_address(connector: Connector, call: Call, journey: Journey) -> None:
    """Raise Forbidden where the target is an address that is never connected to.

    To which address a proxy leads a name is the business of whoever set it up.
    """
    if not call.target.host.strip("0123456789.") or ":" in call.target.host:
        allowed, failures = await connector.checked(call.place, journey)
        if not allowed:
            raise failures[0]


async def _secure(line: Line, meeting: Meeting, journey: Journey) -> Certificate | None:
    journey.enter(Phase.SECURE)
    await line.secured()
    certificate = meeting.secured()
    journey.note(str(meeting))  # told at once: a story outlives its connection
    return certificate
