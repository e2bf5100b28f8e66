"""A real XMPP server, Prosody, with some accounts and a certificate for `localhost`."""

import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rig.port import free_port
from tests import debian
from tests.outside.certificates import Authority
from watchkeeper.outside import tls

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
    """A running server, whose certificate is signed by *authority*.

    *context* is how another server shows the same certificate.
    """

    folder: Path
    authority: Path
    context: ssl.SSLContext
    port: int

    def kept(self, reader: str = "ops") -> str:
        """What is kept for *reader*, who is not there, as the server writes it down."""
        file = self.folder / "data" / "localhost" / "offline" / f"{reader}.list"
        kept = file.read_bytes() if file.exists() else b""
        return _ESCAPED.sub(lambda found: bytes([int(found[1])]), kept).decode()

    def messages(self, reader: str) -> list[str]:
        """Return each message that is kept for *reader*, the oldest first."""
        return self.kept(reader).split("item({")[1:]


@contextmanager
def trusted(server: Prosody) -> Iterator[None]:
    """Let the authority of *server* be the one that the system trusts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(server.authority))
        tls.context.cache_clear()
        yield
    tls.context.cache_clear()


@contextmanager
def serving(*readers: str) -> Iterator[Prosody]:
    """A server that knows us, the usual receiver, and *readers*."""
    with debian.folder("prosody") as folder:
        authority = Authority(folder)
        context = authority.server("DNS:localhost")
        port = free_port()
        config = folder / "prosody.cfg.lua"
        config.write_text(CONFIG.format(folder=folder, port=port))
        accounts = folder / "data" / "localhost" / "accounts"
        accounts.mkdir(parents=True)
        for name in ("status", "ops", *readers):
            (accounts / f"{name}.dat").write_text(USER.format(password=PASSWORD))
        command = ["prosody", "-F", "--config", str(config)]
        with debian.running(command, folder, lambda: debian.listens(port)):
            yield Prosody(folder, authority.file, context, port)
