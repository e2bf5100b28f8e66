"""A real XMPP server, Prosody, with three accounts and a certificate for `localhost`."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests import debian
from tests.outside.certificates import Authority
from tests.running import free_port

SENDER, RECEIVER = "status@localhost", "ops@localhost"
PASSWORD = "s3cret <&> ü"
CONFIG = """\
pidfile = "{folder}/pid"
data_path = "{folder}/data"
certificates = "{folder}"
interfaces = {{ "127.0.0.1" }}
c2s_ports = {{ {port} }}
legacy_ssl_ports = {{}}
s2s_ports = {{}}
http_ports = {{}}
https_ports = {{}}
modules_enabled = {{ "saslauth", "tls", "disco", "roster", "ping", "offline" }}
modules_disabled = {{ "s2s" }}
c2s_require_encryption = true
authentication = "internal_plain"
storage = "internal"
log = {{ {{ levels = {{ min = "info" }}, to = "console" }} }}
VirtualHost "localhost"
    ssl = {{ key = "{folder}/s.key", certificate = "{folder}/s.pem" }}
"""
USER = 'return {{\n\t["password"] = "{password}";\n}};\n'


_ESCAPED = re.compile(rb"\\(\d{3})")


@dataclass(frozen=True, slots=True)
class Prosody:
    """A running server, whose certificate is signed by *authority*."""

    folder: Path
    authority: Path
    port: int

    def kept(self) -> str:
        """What is kept for the receiver, who is not there, as the server writes it down."""
        file = self.folder / "data" / "localhost" / "offline" / "ops.list"
        kept = file.read_bytes() if file.exists() else b""
        return _ESCAPED.sub(lambda found: bytes([int(found[1])]), kept).decode()


@contextmanager
def serving() -> Iterator[Prosody]:
    with debian.folder("prosody") as folder:
        authority = Authority(folder)
        authority.server("DNS:localhost")
        port = free_port()
        config = folder / "prosody.cfg.lua"
        config.write_text(CONFIG.format(folder=folder, port=port))
        accounts = folder / "data" / "localhost" / "accounts"
        accounts.mkdir(parents=True)
        for name in ("status", "ops"):
            (accounts / f"{name}.dat").write_text(USER.format(password=PASSWORD))
        command = ["prosody", "-F", "--config", str(config)]
        with debian.running(command, folder, lambda: debian.listens(port)):
            yield Prosody(folder, authority.file, port)
