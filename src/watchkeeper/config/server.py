"""Server: what one process needs to know of itself, and what may differ between processes."""

import ipaddress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from watchkeeper.core.secret import Secret


class LogLevel(StrEnum):
    """How much is logged; the words are read without regard to case."""

    OFF = "off"
    ERROR = "error"
    WARN = "warn"
    INFO = "info"
    DEBUG = "debug"
    TRACE = "trace"

    @classmethod
    def _missing_(cls, value: object) -> "LogLevel | None":
        return cls.__members__.get(str(value).upper())


@dataclass(frozen=True, slots=True)
class Inet:
    """An address of this machine, and the port to listen on there."""

    host: str
    port: int

    @classmethod
    def parse(cls, raw: str) -> "Inet":
        """Return what *raw* says, `0.0.0.0:8080` or `[::]:8080`; raise ValueError with words."""
        host, _, port = raw.rpartition(":")
        is_bracketed = host.startswith("[") and host.endswith("]")
        try:
            address = ipaddress.ip_address(host[1:-1] if is_bracketed else host)
        except ValueError:
            address = None
        if address is None or is_bracketed is not (address.version == 6):  # noqa: PLR2004
            raise ValueError("must be an IP address and a port, such as 0.0.0.0:8080 or [::]:8080")
        if not (port.isascii() and port.isdigit() and int(port) <= 65_535):  # noqa: PLR2004
            raise ValueError("must end in a port from 0 to 65535")
        return cls(str(address), int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Anchor:
    """A machine outside, by its name or address, and a port of it."""

    host: str
    port: int

    @classmethod
    def parse(cls, raw: str) -> "Anchor":
        """Return what *raw* says, `router.example.com:53` or `[2001:db8::1]:443`, or ValueError."""
        host, _, port = raw.rpartition(":")
        host = host.removeprefix("[").removesuffix("]") if "]" in host else host
        is_port = port.isascii() and port.isdigit() and 0 < int(port) <= 65_535  # noqa: PLR2004
        if not host or "/" in host or not is_port or (":" in host) is not ("[" in raw):
            raise ValueError(
                "must be a name or an address and a port, such as 192.0.2.1:53 or [2001:db8::1]:443"
            )
        return cls(host, int(port))


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """How this process listens, logs and keeps.

    *assets* is the folder of the operator's own files. *store* is empty where the file names
    none. An empty token opens nothing: its API answers 403 to all. *secret_variables* filled
    secret keys; scripts run without them. *allowed_addresses* are networks that may be connected
    to although others may not; *anchors* prove that our network works.
    """

    log_level: LogLevel
    inet: Inet
    manager_token: Secret
    reporter_token: Secret
    store: str = field(default="", repr=False)
    assets: Path = Path()
    script_parallelism: int = 2
    secret_variables: frozenset[str] = frozenset()
    allowed_addresses: tuple[str, ...] = ()
    anchors: tuple[Anchor, ...] = ()
