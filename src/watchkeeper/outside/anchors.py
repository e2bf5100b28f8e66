"""Anchors: whoever must answer while our own network works."""

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import ip_address
from pathlib import Path

from watchkeeper.outside.connect import Place
from watchkeeper.outside.failure import (
    Failure,
    Forbidden,
    NoDescriptor,
    NoRight,
    NoRoom,
    PortRefused,
)
from watchkeeper.outside.journey import Journey
from watchkeeper.outside.outside import Outside

PATIENCE_MS = 2_000
_ROUTES = Path("/proc/net/route")
_HAS_GATEWAY = 2
_NOT_ASKED = (Forbidden, NoDescriptor, NoRight, NoRoom)


async def answers(places: Iterable[Place], gateway: str, outside: Outside) -> list[bool]:
    """Return which of *places*, and the *gateway* where one is named, answer right now.

    Left out are those on this machine, which prove nothing, and those that we may not ask.
    """
    asking = [_connects(place, outside) for place in places]
    if gateway:
        asking.append(_echoes(gateway, outside))
    return [answer for answer in await asyncio.gather(*asking) if answer is not None]


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


async def _connects(place: Place, outside: Outside) -> bool | None:
    """Return whether anybody answers at *place*: a refusal is an answer, too."""
    if await is_here(place.host, outside):
        return None
    journey = Journey(PATIENCE_MS)
    try:
        async with asyncio.timeout(PATIENCE_MS / 1000):
            sock, _ = await outside.connect.socket(place, journey)
    except PortRefused:
        return True
    except (TimeoutError, Failure) as failure:
        return _silent(failure)
    sock.close()
    return True


async def _echoes(gateway: str, outside: Outside) -> bool | None:
    seconds = PATIENCE_MS / 1000
    try:
        await outside.pinger.ping(gateway, seconds, seconds)
    except Failure as failure:
        return _silent(failure)
    return True


def _silent(failure: Exception) -> bool | None:
    """Return False, or None where *failure* is that nobody was asked."""
    return None if isinstance(failure, _NOT_ASKED) else False
