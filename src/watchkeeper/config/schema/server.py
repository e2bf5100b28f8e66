"""Server: how one process listens, logs and keeps."""

from dataclasses import dataclass, field

from watchkeeper.config.forms import Cidr, Positive
from watchkeeper.config.schema.marks import about
from watchkeeper.config.server import Anchor, Inet, LogLevel
from watchkeeper.core.secret import Secret

DEFAULT_ASSETS = "./res/assets/"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerTable:
    """How this process listens, logs and keeps; not part of the plan."""

    log_level: LogLevel = field(
        default=LogLevel.ERROR, metadata=about("how much is logged; in any case of letters")
    )
    inet: Inet = field(
        default=Inet("::1", 8080),
        metadata=about("IP address and port to listen on, such as `0.0.0.0:8080`"),
    )
    store: str = field(
        default="",
        metadata=about(
            "where the database is: a path, `sqlite:///path` or `postgresql://…`; when absent, "
            "beside the state of the system or the user",
            secret=True,
        ),
    )
    manager_token: Secret = field(
        metadata=about("password of the manager API; empty closes it to all")
    )
    reporter_token: Secret = field(
        metadata=about("password of the reporter API; empty closes it to all")
    )
    allowed_addresses: tuple[Cidr, ...] = field(
        default=(),
        metadata=about(
            "addresses and networks that targets and channels of this file may have although they "
            "are never connected to elsewhere: cloud metadata, link-local, multicast"
        ),
    )
    anchors: tuple[Anchor, ...] = field(
        default=(),
        metadata=about(
            "machines outside that answer while our own network works, such as `192.0.2.1:53`; "
            "when absent, the servers of the channels. The default router is always one"
        ),
    )
    workers: Positive = field(default=4, metadata=about("number of HTTP threads", idle=True))
    mcp_server: bool = field(
        default=False, metadata=about("offers the page to assistants", later=True)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AssetsTable:
    """Files of the operator's own."""

    path: str = field(
        default=DEFAULT_ASSETS,
        metadata=about(
            "folder with `images/badges/`, `images/*/`, `fonts/*/`, `stylesheets/`, `javascripts/` "
            "and `public/robots.txt`, as far as they shall be served; seen from where the program "
            "is started"
        ),
    )
