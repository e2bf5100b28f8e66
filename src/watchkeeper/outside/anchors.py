"""Anchors: whoever must answer while our own network works."""

import asyncio
import socket
from collections.abc import Iterable
from enum import Enum
from ipaddress import ip_address
from pathlib import Path

from watchkeeper.outside.connect import Place
from watchkeeper.outside.failure import (
    Failure,
    Forbidden,
    NameFailed,
    NoDescriptor,
    NoRight,
    NoRoom,
    PortRefused,
    ResolverFailed,
)
from watchkeeper.outside.journey import Journey, Phase
from watchkeeper.outside.outside import Outside

PATIENCE_MS = 2_000
_ROUTES = Path("/proc/net/route")
_HAS_GATEWAY = 2
_NOT_THEM = (NameFailed, ResolverFailed)
_NOT_ASKED = (Forbidden, NoDescriptor, NoRight, NoRoom)


class _Answer(Enum):
    YES = "yes"
    NO = "no"
    NAMELESS = "its name cannot be resolved"
    NOT_ASKED = "not asked"


async def answers(places: Iterable[Place], gateway: str, outside: Outside) -> list[bool]:
    """Return which of *places*, and the *gateway* where one is named, answer right now.

    Left out are those on this machine, which prove nothing, and those that we may not ask.
    While anybody answers, those whose names cannot be resolved are left out, too: it is our
    resolver that fails then, and not our network.
    """
    asking = [_connects(place, outside) for place in places]
    if gateway:
        asking.append(_echoes(gateway, outside))
    found = await asyncio.gather(*asking)
    is_anybody_there = _Answer.YES in found
    silent = {_Answer.NO} if is_anybody_there else {_Answer.NO, _Answer.NAMELESS}
    return [answer is _Answer.YES for answer in found if answer in {_Answer.YES, *silent}]


def default_gateway() -> str:
    """Return the IPv4 address of the router that leads outside, '' where there is none."""
    try:
        lines = _ROUTES.read_text().splitlines()[1:]
    except OSError:
        return ""
    for line in lines:
        _, destination, gateway, flags, *_ = line.split()
        if int(destination, 16) == 0 and int(flags, 16) & _HAS_GATEWAY:
            return socket.inet_ntoa(bytes.fromhex(gateway)[::-1])
    return ""


async def is_here(host: str, outside: Outside) -> bool:
    """Return whether *host*, a name or an address, is this very machine."""
    try:
        addresses = (await outside.resolver.resolve(host)).addresses
    except Failure:
        return False
    return all(ip_address(address).is_loopback for address in addresses)


async def _connects(place: Place, outside: Outside) -> _Answer:
    """Return whether anybody answers at *place*: a refusal is an answer, too."""
    if await is_here(place.host, outside):
        return _Answer.NOT_ASKED
    journey = Journey(PATIENCE_MS)
    try:
        async with asyncio.timeout(PATIENCE_MS / 1000):
            sock, _ = await outside.connect.socket(place, journey)
    except PortRefused:
        return _Answer.YES
    except TimeoutError:
        return _Answer.NAMELESS if journey.phase is Phase.RESOLVE else _Answer.NO
    except Failure as failure:
        return _silent(failure)
    sock.close()
    return _Answer.YES


async def _echoes(gateway: str, outside: Outside) -> _Answer:
    seconds = PATIENCE_MS / 1000
    try:
        await outside.pinger.ping(gateway, seconds, seconds)
    except Failure as failure:
        return _silent(failure)
    return _Answer.YES


def _silent(failure: Failure) -> _Answer:
    if isinstance(failure, _NOT_THEM):
        return _Answer.NAMELESS
    return _Answer.NOT_ASKED if isinstance(failure, _NOT_ASKED) else _Answer.NO
