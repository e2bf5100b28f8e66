"""Proxies: the way to web servers that the environment prescribes, never to this machine.

`http_proxy`, `https_proxy` and `all_proxy` are read, in small letters or in capitals, and
`no_proxy`: hosts, domains, addresses and networks that are reached directly, or `*`.
"""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from watchkeeper.outside.call import Location, location_of
from watchkeeper.outside.failure import BadAnswer, HostUnreachable, NoRight
from watchkeeper.outside.quote import quote

MOST_HEAD = 16 * 1024
_END = b"\r\n\r\n"
_SCHEMES = ("http", "https")
_NOT_LET_THROUGH = {401, 403, 407}


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxy for each scheme, and who is reached without one.

    *notices* are lines for the operator: what is used, and what cannot be.
    """

    by_scheme: Mapping[str, Location]
    exempt: tuple[str, ...] = ()
    notices: tuple[str, ...] = ()

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> "Proxies":
        """Return what *environ* prescribes."""
        found: dict[str, Location] = {}
        notices = []
        for scheme in _SCHEMES:
            variable, text = _first(environ, f"{scheme}_proxy", "all_proxy")
            if not text:
                continue
            try:
                found[scheme] = proxy = _proxy(text)
            except ValueError as error:
                notices.append(f"{variable} is no proxy for {scheme} targets: {error}")
            else:
                notices.append(f"{variable}: {scheme} targets are reached by {proxy.authority}")
        _, listed = _first(environ, "no_proxy")
        exempt = tuple(one.strip().lower() for one in listed.split(",") if one.strip())
        return cls(found, exempt, tuple(notices))

    def way(self, target: Location) -> Location | None:
        """Return the proxy that leads to *target*, None where it is reached directly."""
        proxy = self.by_scheme.get(target.scheme)
        if proxy is None or _is_here(target.host):
            return None
        return None if any(_covers(one, target.host) for one in self.exempt) else proxy


DIRECT = Proxies({})


async def open_tunnel(sock: socket.socket, proxy: Location, target: Location) -> None:
    """Let *proxy*, at the other end of *sock*, connect us to *target*; raise Failure."""
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(sock, _connect(proxy, target))
    head = b""
    while _END not in head:
        more = await loop.sock_recv(sock, MOST_HEAD - len(head))
        if not more:
            raise BadAnswer(f"the proxy {proxy.authority} gave no whole answer: {quote(head)}")
        head += more
    _judge(proxy, target, head)


def _connect(proxy: Location, target: Location) -> bytes:
    place = f"[{target.host}]" if ":" in target.host else target.host
    lines = [f"CONNECT {place}:{target.port} HTTP/1.1", f"host: {place}:{target.port}"]
    if proxy.authorization:
        lines.append(f"proxy-authorization: {proxy.authorization}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", errors="replace")


def _judge(proxy: Location, target: Location, head: bytes) -> None:
    first, _, _ = head.partition(b"\r\n")
    version, _, rest = first.partition(b" ")
    status = int(rest[:3]) if rest[:3].isdigit() and version.startswith(b"HTTP/1.") else 0
    if 200 <= status < 300:  # noqa: PLR2004
        return
    said = f"the proxy {proxy.authority} does not lead to {target.authority}: {quote(first)}"
    raise NoRight(said) if status in _NOT_LET_THROUGH else HostUnreachable(said)


def _first(environ: Mapping[str, str], *variables: str) -> tuple[str, str]:
    """Return the first of *variables* that is set, in small letters or capitals, with its text."""
    names = [name for variable in variables for name in (variable, variable.upper())]
    return next(((name, environ[name]) for name in names if environ.get(name)), ("", ""))


def _proxy(text: str) -> Location:
    proxy = location_of(text if "://" in text else f"http://{text}")
    if proxy.is_secure:
        raise ValueError("must begin with http://, for a proxy is spoken to without TLS")
    return proxy


def _is_here(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _covers(exempt: str, host: str) -> bool:
    """Return whether the entry *exempt* of `no_proxy` is about *host*."""
    if exempt == "*":
        return True
    try:
        return ip_address(host) in ip_network(exempt, strict=False)
    except ValueError:
        domain = exempt.removeprefix("*").removeprefix(".")
        return host == domain or host.endswith(f".{domain}")
