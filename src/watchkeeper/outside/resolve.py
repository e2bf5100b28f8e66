"""Names: an asynchronous resolver with its own deadline, a cache, and a memory for bad days."""

import asyncio
import re
import socket
import zlib
from dataclasses import dataclass, field
from functools import lru_cache
from ipaddress import ip_address
from typing import Any, Protocol

import aiodns
import pycares

from watchkeeper.outside.clock import Clock
from watchkeeper.outside.failure import Failure, NameFailed, NameNotFound, ResolverFailed
from watchkeeper.outside.hosts import Hosts
from watchkeeper.outside.notice import notice

LOOKUP_S = 5.0
"""How long a name may take that we have never seen."""

PATIENCE_S = 1.0
"""How long a name may take while an older answer could serve."""

USABLE_MS = 600_000
"""How much longer the last good answer may serve while the resolver fails."""

ALIVE_MS = 60_000
"""A resolver that answered for any name within this time is alive."""

_SHORTEST_MS, _LONGEST_MS = 5_000, 3_600_000
_MOST_NAMES = 50_000
_MOST_ADDRESSES = 16
_LAST_PORT = 65_535
_WITH_PORT = re.compile(r"(\[.*\]|[^:]*):[0-9]+")
_LOCALHOST = ("127.0.0.1", "::1")
_NO_SUCH_NAME = {pycares.errno.ARES_ENOTFOUND, pycares.errno.ARES_ENODATA}
_MEANWHILE = (
    "Targets given by address or named in the hosts file are looked at as before; other names "
    "go by their last answer for 10 minutes, then they are blind, not dead"
)
_BAD_NAME = pycares.errno.ARES_EBADNAME


@dataclass(frozen=True, slots=True)
class Resolved:
    """The addresses of a name. *is_old* says that the resolver fails and memory served."""

    addresses: tuple[str, ...]
    is_old: bool = False

    def __str__(self) -> str:
        old = "; an earlier answer, for the resolver fails" if self.is_old else ""
        return ", ".join(self.addresses) + old


def check_server(text: str) -> None:
    """Raise ValueError when *text* is no address of a name server, with a port or without."""
    host, _, port = text.rpartition(":") if _WITH_PORT.fullmatch(text) else (text, "", "53")
    try:
        ip_address(host.strip("[]"))
        is_fine = 0 < int(port) <= _LAST_PORT
    except ValueError:
        is_fine = False
    if text and not is_fine:
        raise ValueError("must be the address of a name server, such as 10.0.0.53 or [::1]:5353")


def resolver_option() -> Any:
    """Return the option by which every probe that resolves names may be given its own resolver."""
    return field(
        default="",
        metadata={
            "doc": "address of the name server to ask, instead of the system's",
            "check": check_server,
        },
    )


class Resolver(Protocol):
    """What turns names into addresses."""

    async def resolve(self, host: str, server: str = "") -> Resolved:
        """Return the addresses of *host*, at least one; raise Failure where there is none.

        *server* is the address of the resolver to ask instead of the system's.
        """

    async def close(self) -> None:
        """Let go of every connection to a resolver."""


@dataclass(frozen=True, slots=True)
class _Known:
    addresses: tuple[str, ...]
    fresh_until: int


_Key = tuple[str, str]


class SystemResolver:
    """The resolver of this machine: hosts file first, then the configured servers.

    Equal questions share one lookup; what was answered is kept for its time to live, a
    little longer for some names than for others, so that they do not all end at once.
    """

    def __init__(self, clock: Clock, hosts: Hosts | None = None) -> None:
        self._clock = clock
        self._hosts = hosts or Hosts()
        self._channels: dict[str, aiodns.DNSResolver] = {}
        self._known: dict[_Key, _Known] = {}
        self._asking: dict[_Key, asyncio.Task[_Known | Failure]] = {}
        self._alive: dict[str, int] = {}
        self._failing: set[str] = set()

    async def resolve(self, host: str, server: str = "") -> Resolved:
        """Return the addresses of *host*, at least one; raise Failure where there is none."""
        fixed = _fixed(host)
        if fixed:
            return fixed
        key = (host, server)
        known = self._known.get(key)
        now = self._clock.steady()
        if known and now < known.fresh_until:
            return Resolved(known.addresses)
        usable = known if known and now < known.fresh_until + USABLE_MS else None
        answer = await self._ask(key, self._patience_s(server) if usable else LOOKUP_S)
        if isinstance(answer, _Known):
            return Resolved(answer.addresses)
        if usable and not isinstance(answer, NameNotFound):
            return Resolved(usable.addresses, is_old=True)
        raise answer

    async def close(self) -> None:
        """Let go of every connection to a resolver."""
        for task in self._asking.values():
            task.cancel()
        for channel in self._channels.values():
            await channel.close()
        self._channels.clear()

    def _patience_s(self, server: str) -> float:
        """Return how long an older answer waits for a new one of *server*.

        Not at all where that is known to fail: a target must not look slow for our resolver.
        """
        return 0 if server in self._failing else PATIENCE_S

    async def _ask(self, key: _Key, patience_s: float) -> _Known | Failure:
        task = self._asking.get(key)
        if task is None:
            task = asyncio.create_task(self._look_up(key))
            self._asking[key] = task
            task.add_done_callback(lambda _: self._asking.pop(key, None))
        done, _ = await asyncio.wait({task}, timeout=patience_s)
        return task.result() if done else self._failure(key, f"did not answer in {patience_s:g} s")

    async def _look_up(self, key: _Key) -> _Known | Failure:
        host, server = key
        try:
            name = _ascii(host)
            async with asyncio.timeout(LOOKUP_S):
                listed = await self._hosts.addresses(name)
                if listed:
                    return self._keep(key, listed, ttl_ms=0)
                found = await self._channel(server).getaddrinfo(
                    name, family=socket.AF_UNSPEC, type=socket.SOCK_STREAM
                )
        except TimeoutError:
            return self._failure(key, f"did not answer in {LOOKUP_S:g} s")
        except aiodns.error.DNSError as error:
            return self._denied(key, *error.args)
        except (UnicodeError, ValueError) as error:
            return NameNotFound(f"{host!r} is not a name that can be looked up: {error}")
        return self._answered(key, found)

    def _channel(self, server: str) -> aiodns.DNSResolver:
        # Tries of c-ares are much shorter than the timeout says; five give a slow server time.
        if server not in self._channels:
            servers = [server] if server else None
            self._channels[server] = aiodns.DNSResolver(servers, timeout=2.0, tries=5, lookups="b")
        return self._channels[server]

    def _answered(self, key: _Key, found: pycares.AddrInfoResult) -> _Known | Failure:
        self._hear_from(key[1], self._clock.steady())
        addresses = tuple(dict.fromkeys(node.addr[0].decode() for node in found.nodes))
        if not addresses:
            return NameNotFound(f"{key[0]} has no address")
        return self._keep(key, addresses, min(node.ttl for node in found.nodes) * 1000)

    def _keep(self, key: _Key, addresses: tuple[str, ...], ttl_ms: int) -> _Known:
        if len(self._known) >= _MOST_NAMES:
            self._known.pop(next(iter(self._known)))
        fresh_until = self._clock.steady() + kept_ms(key[0], ttl_ms)
        self._known[key] = known = _Known(addresses[:_MOST_ADDRESSES], fresh_until)
        return known

    def _denied(self, key: _Key, code: int, words: str) -> Failure:
        host = key[0]
        if code == _BAD_NAME:
            return NameNotFound(f"{host!r} is not a name that can be looked up")
        if code not in _NO_SUCH_NAME:
            return self._failure(key, f"said: {words}")
        self._known.pop(key, None)
        return NameNotFound(f"{host} is not known, or has no address: {words}")

    def _failure(self, key: _Key, words: str) -> Failure:
        host, server = key
        said = f"asked for {host}, {_called(server)} {words}"
        alive = self._alive.get(server)
        if alive is not None and self._clock.steady() - alive <= ALIVE_MS:
            return NameFailed(f"{said}; for other names it answers")
        if server not in self._failing:
            self._failing.add(server)
            notice(f"{_called(server)} is failing: {said}. {_MEANWHILE}")
        return ResolverFailed(said)

    def _hear_from(self, server: str, now: int) -> None:
        self._alive[server] = now
        if server in self._failing:
            self._failing.remove(server)
            notice(f"{_called(server)} answers again")


def _called(server: str) -> str:
    return f"the resolver {server or 'of this machine'}"


def kept_ms(host: str, ttl_ms: int) -> int:
    """Return how long the addresses of *host* are kept, in milliseconds.

    Never shorter than c-ares keeps them: what it answers is then news, and proves that the
    server is alive.
    """
    within = min(max(ttl_ms, _SHORTEST_MS), _LONGEST_MS)
    return within + within * (zlib.crc32(host.encode()) % 25) // 100


@lru_cache(maxsize=32_768)
def _fixed(host: str) -> Resolved | None:
    """Return the addresses of *host* where nobody needs to be asked for them."""
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return Resolved(_LOCALHOST)
    try:
        return Resolved((str(ip_address(host)),))
    except ValueError:
        return None


def _ascii(host: str) -> str:
    return host if host.isascii() else host.encode("idna").decode()
