"""Configs to serve: one page, its nodes watched in one way."""

from collections.abc import Iterable
from pathlib import Path

TOKEN = "bench"  # of a server on the loopback that lives for some seconds
_HEAD = """
[server]
inet = "127.0.0.1:0"
log_level = "warn"
reporter_token = "{token}"
manager_token = "{token}"
[assets]
[branding]
page_title = "Bench"
page_url = "http://127.0.0.1/"
company_name = "Bench"
icon_color = "#1972F5"
icon_url = "http://127.0.0.1/icon.svg"
logo_color = "#1972F5"
logo_url = "http://127.0.0.1/logo.svg"
website_url = "http://127.0.0.1/"
support_url = "mailto:bench@example.com"
[metrics]
poll_interval = {poll_interval}
{metrics}
[notify]
startup_notification = false
{webhook}
[probe]
"""


def service(key: str, nodes: Iterable[str]) -> str:
    """Return a service with *nodes*."""
    return f'\n[[probe.service]]\nid = "{key}"\nlabel = "Service {key}"\n' + "".join(nodes)


def node(key: str, mode: str, replicas: Iterable[str] = (), more: str = "") -> str:
    """Return a node in *mode*, with *replicas* where that has any, and with *more* lines."""
    looked_at = [f'"{replica}"' for replica in replicas]
    listed = f"replicas = [{', '.join(looked_at)}]\n" if looked_at else ""
    return (
        f'\n[[probe.service.node]]\nid = "{key}"\nlabel = "Node {key}"\nmode = "{mode}"\n{listed}'
        f"{more}"
    )


def write(
    folder: Path, services: Iterable[str], *, poll_s: int = 10, hook: str = "", metrics: str = ""
) -> Path:
    """Write a config with *services* into *folder*, looking every *poll_s* seconds.

    *metrics* are more lines for the section of that name.
    """
    webhook = f'[notify.webhook]\nhook_url = "{hook}"' if hook else ""
    path = folder / "config.cfg"
    head = _HEAD.format(token=TOKEN, poll_interval=poll_s, webhook=webhook, metrics=metrics)
    path.write_text(head + "".join(services))
    return path
