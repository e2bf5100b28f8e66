"""The one function through which everything connects: resolve once, check, connect to that."""

import asyncio
import errno
import socket
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from watchkeeper.outside.addresses import STRICT, Allowance, Reach
from watchkeeper.outside.failure import (
    CutOff,
    Failure,
    Forbidden,
    HostUnreachable,
    NoDescriptor,
    NoRight,
    NoRoute,
    Ours,
    PortRefused,
    TimedOut,
)
from watchkeeper.outside.journey import Journey, Phase
from watchkeeper.outside.resolve import Resolver
from watchkeeper.outside.wire import Switchboard, Wire


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to connect to. *resolver* is the address of a resolver for this place alone."""

    host: str
    port: int
    resolver: str = ""
    reach: Reach = Reach.ANYWHERE


class Connector:
    """Connects to checked addresses only, each address of a name in turn.

    An address that does not answer may use its share of the time that is left, so that the
    next one gets its turn. Every method raises Failure; the caller holds the total deadline.
    """

    def __init__(self, resolver: Resolver, allowance: Allowance = STRICT) -> None:
        self._resolver = resolver
        self._allowance = allowance
        self._board = Switchboard()

    def adopt(self, allowance: Allowance) -> None:
        """Connect to what *allowance* lets us connect to from now on."""
        self._allowance = allowance

    async def wire(self, place: Place, journey: Journey) -> tuple[Wire, str]:
        """Return a wire to *place*, which the caller closes, and the address reached."""
        addresses, failures = await self.checked(place, journey)
        journey.enter(Phase.CONNECT)
        waiting = len(addresses)
        for address in addresses:
            where = f"{address} port {place.port}"
            journey.note(where)
            try:
                connecting = self._board.connect(address, place.port)
                if waiting > 1:
                    connecting = _within(journey.left_s() / waiting, connecting)
                return await connecting, address
            except OSError as error:
                failures.append(explained(error, where))
            waiting -= 1
            if waiting:
                journey.correct(failures[-1])
        raise gravest(failures)

    def lead(self, sock: socket.socket) -> Wire:
        """Return a wire that is the connected *sock*, and closes it."""
        return Wire(self._board, sock)

    async def socket(self, place: Place, journey: Journey) -> tuple[socket.socket, str]:
        """Return a connected non-blocking socket, which the caller closes, and the address."""
        wire, address = await self.wire(place, journey)
        return wire.leave(), address

    def close(self) -> None:
        """Let go of what all connections share."""
        self._board.close()

    async def checked(self, place: Place, journey: Journey) -> tuple[list[str], list[Failure]]:
        """Return the addresses of *place* that may be reached, and why the others may not."""
        journey.enter(Phase.RESOLVE)
        resolved = await self._resolver.resolve(place.host, place.resolver)
        journey.note(resolved)
        allowed: list[str] = []
        failures: list[Failure] = []
        for address in resolved.addresses:
            why = self._allowance.objection(address, place.reach)
            if why:
                failures.append(Forbidden(f"{address} ({why}) is never connected to"))
            else:
                allowed.append(address)
        return allowed, failures


async def _within(seconds: float, connecting: Coroutine[Any, Any, Wire]) -> Wire:
    async with asyncio.timeout(seconds):
        return await connecting


_WORDS: dict[type[Failure], str] = {
    PortRefused: "refused the connection: nobody listens there",
    CutOff: "reset the connection at once",
    TimedOut: "did not answer",
    HostUnreachable: "cannot be reached: nobody in its network has it, or a router says so",
    NoRoute: "has no route from here: this machine has no such network",
    NoRight: "may not be connected to: the firewall or the rights of this machine forbid it",
    NoDescriptor: "got no socket: this process or machine has too many open",
}

_KINDS: dict[int | None, type[Failure]] = {
    None: TimedOut,
    errno.ETIMEDOUT: TimedOut,
    errno.ECONNREFUSED: PortRefused,
    errno.ECONNRESET: CutOff,
    errno.ECONNABORTED: CutOff,
    errno.EHOSTUNREACH: HostUnreachable,
    errno.EHOSTDOWN: HostUnreachable,
    errno.ENETUNREACH: NoRoute,
    errno.ENETDOWN: NoRoute,
    errno.EADDRNOTAVAIL: NoRoute,
    errno.EAFNOSUPPORT: NoRoute,
    errno.EACCES: NoRight,
    errno.EPERM: NoRight,
    errno.EMFILE: NoDescriptor,
    errno.ENFILE: NoDescriptor,
    errno.ENOBUFS: NoDescriptor,
    errno.ENOMEM: NoDescriptor,
}


def explained(error: OSError, where: str) -> Failure:
    """Return *error*, which happened on the way to *where*, in our words."""
    kind = _KINDS.get(error.errno)
    if kind is None:
        return HostUnreachable(f"{where} cannot be reached: {error.strerror or error}")
    return kind(f"{where} {_WORDS[kind]}")


def gravest(failures: list[Failure]) -> Failure:
    """Return one failure for all; what the target did counts more than what we could not."""
    theirs = [failure for failure in failures if not isinstance(failure, Ours)]
    kind = type((theirs or failures)[0])
    return kind("; ".join(map(str, failures)))
