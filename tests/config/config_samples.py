"""Samples: the kinds, the environment and the smallest good file that the tests share."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from watchkeeper.config import folder
from watchkeeper.config.kinds import Kinds
from watchkeeper.config.load import Loaded, load

MINIMAL = """\
[server]
manager_token = "manager"
reporter_token = "reporter"

[branding]
page_url = "https://status.example.com"
company_name = "Example"
icon_color = "#1972F5"
icon_url = "https://example.com/icon.png"
logo_color = "#1972F5"
logo_url = "https://example.com/logo.svg"
website_url = "https://example.com/"
support_url = "mailto:support@example.com"

"""
SERVICE = """
[[probe.service]]
id = "web"
label = "Web"
"""
NODE = """
[[probe.service.node]]
id = "api"
label = "API"
"""


class Method(StrEnum):
    HEAD = "HEAD"
    GET = "GET"


def check_pattern(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"must be a regular expression ({error})") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpOptions:
    """How to look at a web server."""

    poll_http_status_healthy_above: int = field(
        default=200, metadata={"doc": "the lowest healthy status", "metric": True}
    )
    poll_http_status_healthy_below: int = field(
        default=400, metadata={"doc": "the status from which none is", "metric": True}
    )
    http_method: Method | None = field(default=None, metadata={"doc": "what to ask"})
    http_headers: Mapping[str, str | tuple[str, ...]] = field(
        default_factory=dict, metadata={"doc": "headers", "secret": True}
    )
    http_body_healthy_match: str = field(
        default="", metadata={"doc": "what the body must hold | match", "check": check_pattern}
    )

    def __post_init__(self) -> None:
        if self.poll_http_status_healthy_above >= self.poll_http_status_healthy_below:
            raise ValueError("no status is both above and below the bounds of healthy ones")


@dataclass(frozen=True, slots=True, kw_only=True)
class TcpOptions:
    """How to look at a port."""

    resolver: str = field(default="", metadata={"doc": "the name server"})


KINDS = Kinds(
    probes={"http": HttpOptions, "https": HttpOptions, "tcp": TcpOptions},
    notifiers={
        name: folder.load(folder.NOTIFIERS, name).Settings
        for name in folder.names(folder.NOTIFIERS)
    },
)
ENVIRON = {"COMPANY": "Example", "REPORTER": "reporter", "COUNT": "many"}


def loaded(folder: Path, text: str, environ: Mapping[str, str] = ENVIRON) -> Loaded:
    """Return what comes of a file with *text*."""
    path = folder / "config.cfg"
    path.write_text(text)
    return load(path, KINDS, environ)
