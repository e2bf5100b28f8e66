"""Exchange: one HTTP/1.1 request and its answer, over a connection of its own."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from watchkeeper.outside.answer import Answer, Reading
from watchkeeper.outside.call import Call, request_of
from watchkeeper.outside.connect import Connector
from watchkeeper.outside.journey import Journey, Phase
from watchkeeper.outside.line import Line
from watchkeeper.outside.tls import Certificate, Tls, context


@dataclass(frozen=True, slots=True)
class Heard:
    """An answer, the address that gave it, and the certificate it showed, if any."""

    answer: Answer
    address: str
    certificate: Certificate | None = None


async def exchange(
    connector: Connector,
    call: Call,
    journey: Journey,
    before: Callable[[], Awaitable[None]] | None = None,
) -> Heard:
    """Return what *call* was answered; raise Failure. The caller holds the total deadline.

    *before* is awaited as the last thing before the first byte of the request.
    """
    security = context(call.trust) if call.target.is_secure else None
    reading = Reading(journey, call.most_body)

    def line_of() -> Line:
        name = call.server_name or call.target.host
        return Line(reading, Tls(security, name) if security else None)

    line, address = await connector.protocol(line_of, call.place, journey)
    try:
        certificate = await _secure(line, journey) if security else None
        if before is not None:
            await before()
        journey.enter(Phase.WAIT)
        line.send(request_of(call))
        await line.finished
        return Heard(reading.answer(), address, certificate)
    finally:
        line.close()
        reading.release()


async def _secure(line: Line, journey: Journey) -> Certificate | None:
    journey.enter(Phase.SECURE)
    await line.secured
    if line.tls is None:
        return None
    journey.note(str(line.tls))
    return line.tls.certificate()
