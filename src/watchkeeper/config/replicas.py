"""Replicas: which URLs a poll node may name, scheme by scheme."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from urllib.parse import SplitResult, urlsplit

from watchkeeper.core.url import Url

MOST_BYTES = 2_000


def scheme_of(replica: str) -> str:
    """Return the scheme of *replica*, in lower case; empty where it has none."""
    scheme, colon, _ = replica.strip().partition(":")
    return scheme.lower() if colon else ""


def shown(replica: str) -> str:
    """Return the name of *replica*, which everybody may read: its URL without credentials."""
    return str(Url(replica))


def check(replica: str, schemes: frozenset[str]) -> None:
    """Raise ValueError, with words for a person, when *replica* cannot be looked at.

    *schemes* are those of the probes there are; the ancestors' five are always known.
    """
    if len(replica.encode()) > MOST_BYTES:
        raise ValueError(f"must be at most {MOST_BYTES} bytes long")
    scheme = scheme_of(replica)
    known = sorted(schemes | _SHAPES.keys())
    if scheme not in known:
        raise ValueError(f"must begin with {'://, '.join(known)}://")
    parts = _parts(replica)
    if not parts.hostname:
        raise ValueError("has no host")
    if not _has_possible_port(parts):
        raise ValueError("has a port that is not one of 1 to 65535")
    Url.parse(parts._replace(scheme="http").geturl())
    _SHAPES.get(scheme, _any_shape)(parts)


def _parts(replica: str) -> SplitResult:
    try:
        return urlsplit(replica.strip())
    except ValueError as error:
        why = str(error)
        raise ValueError(f"is not a URL: {why[:1].lower()}{why[1:]}") from error


def _has_possible_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def _any_shape(_: SplitResult) -> None:
    pass


def _host_alone(parts: SplitResult) -> None:
    if parts.port is not None or parts.path:
        raise ValueError(f"must be {parts.scheme}://host, with no port and no path")


def _host_and_port(parts: SplitResult) -> None:
    if parts.port is None or parts.path:
        raise ValueError(f"must be {parts.scheme}://host:port, with no path")


_SHAPES: Mapping[str, Callable[[SplitResult], None]] = MappingProxyType(
    {
        "http": _any_shape,
        "https": _any_shape,
        "icmp": _host_alone,
        "ssh": _host_and_port,
        "tcp": _host_and_port,
    }
)
