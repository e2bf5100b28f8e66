"""Call: what is asked over HTTP, where, and how; and the bytes that ask it."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from urllib.parse import quote, unquote, urlsplit

from watchkeeper.core.url import DEFAULT_PORTS, Url
from watchkeeper.outside.addresses import Reach
from watchkeeper.outside.connect import Place
from watchkeeper.outside.session import Peer
from watchkeeper.outside.tls import SYSTEM, Trust, context

_UNTOUCHED = "/?%:@!$&'()*+,;=~-._[]|"

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """Where a URL leads: a place that speaks HTTP, and what is asked there."""

    scheme: str
    host: str
    port: int
    path: str
    authorization: str = ""

    @property
    def is_secure(self) -> bool:
        """Return whether TLS is spoken there."""
        return self.scheme == "https"

    @property
    def origin(self) -> str:
        """Return scheme, host and port: what credentials may be sent to."""
        return f"{self.scheme}://{self.authority}"

    @property
    def authority(self) -> str:
        """Return the host as a `Host` header has it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"


@lru_cache(maxsize=32_768)
def location_of(url: str) -> Location:
    """Return where *url*, of http or https, leads; raise ValueError when it leads nowhere."""
    parts = urlsplit(Url.parse(url).text)
    if parts.scheme not in {"http", "https"}:
        raise ValueError(f"must begin with http:// or https://, not {parts.scheme}://")
    if not parts.hostname:
        raise ValueError("has no host")
    query = f"?{parts.query}" if parts.query else ""
    return Location(
        scheme=parts.scheme,
        host=parts.hostname,
        port=parts.port or DEFAULT_PORTS[parts.scheme],
        path=quote((parts.path or "/") + query, safe=_UNTOUCHED),
        authorization=_authorization(parts.username, parts.password),
    )


Way = Callable[[Location], Location | None]


def direct(target: Location) -> Location | None:
    """Return the proxy that leads to *target*: none does."""
    del target
    return None


def nothing() -> str:
    """Return what is added to a query that may have been seen before."""
    return ""


@dataclass(frozen=True, kw_only=True)
class Call:
    """One request, which may be made often: what can be made of it beforehand is made once.

    A header of *headers* takes the place of ours of the same name.

    At most *most_body* bytes of the answer's body are wanted; with 0 its headers suffice.
    *server_name* is what the certificate must be for, where that is not the target's host.
    *way* says which proxy leads to a target, if one does. *unseen* is asked at each request
    for what makes its query one that no cache has seen.
    """

    target: Location
    method: str
    headers: Headers = ()
    body: bytes = b""
    trust: Trust = SYSTEM
    resolver: str = ""
    reach: Reach = Reach.ANYWHERE
    most_body: int = 0
    server_name: str = ""
    way: Way = direct
    unseen: Callable[[], str] = nothing

    @cached_property
    def place(self) -> Place:
        """Return where to connect to."""
        target = self.target
        return Place(host=target.host, port=target.port, resolver=self.resolver, reach=self.reach)

    @cached_property
    def proxy(self) -> Location | None:
        """Return the proxy that leads to the target, None where it is reached directly."""
        return self.way(self.target)

    @property
    def peer(self) -> Peer | None:
        """Return with whom TLS is spoken now, None where it is not; raise NoTrust.

        It is not kept: a reload may have read the file of authorities anew.
        """
        target = self.target
        if not target.is_secure:
            return None
        return Peer(context(self.trust), self.server_name or target.host, target.host, target.port)

    @cached_property
    def parts(self) -> tuple[bytes, bytes]:
        """Return the bytes of the request before and after what makes it unseen."""
        return _parts(self)


def request_of(call: Call) -> bytes:
    """Return the bytes of *call*, which ask for an uncompressed answer and for no more."""
    before, after = call.parts
    return before + call.unseen().encode() + after


def _parts(call: Call) -> tuple[bytes, bytes]:
    method, target, body = call.method, call.target, call.body
    taken = {name.lower() for name, _ in call.headers}
    ours = [("host", target.authority), ("accept", "*/*"), ("accept-encoding", "identity")]
    ours += [("connection", "close")]
    if target.authorization:
        ours.append(("authorization", target.authorization))
    if body or method in {"POST", "PUT", "PATCH"}:
        ours.append(("content-length", str(len(body))))
    asked = target.path
    proxy = call.proxy
    if proxy and not target.is_secure:
        asked = f"{target.origin}{target.path}"
        ours += [("proxy-authorization", proxy.authorization)] if proxy.authorization else []
    lines = [" HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in ours if name not in taken]
    lines += [f"{name}: {value}" for name, value in call.headers]
    rest = "\r\n".join([*lines, "", ""]).encode("latin-1", errors="replace")
    return f"{method} {asked}".encode("latin-1", errors="replace"), rest + body


def basic(user: str, password: str) -> str:
    """Return what an `Authorization` header says of *user* and *password*."""
    return f"Basic {b64encode(f'{user}:{password}'.encode()).decode()}"


def _authorization(user: str | None, password: str | None) -> str:
    if user is None and password is None:
        return ""
    return basic(unquote(user or ""), unquote(password or ""))
