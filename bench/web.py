"""Web: what is looked at, an nginx that answers in clear and over TLS, and counts who came."""

import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.serving import running
from rig.port import free_port

_CONFIG = """
daemon off; master_process off; pid {folder}/web.pid; error_log stderr crit;
events {{ worker_connections 8192; }}
http {{
    access_log off; ssl_session_cache shared:all:10m;
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi; uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    ssl_certificate {folder}/web.pem; ssl_certificate_key {folder}/web.key;
    server {{
        listen 127.0.0.1:{plain} backlog=4096; listen 127.0.0.1:{secure} ssl backlog=4096;
        location / {{ return 200; }}
        location = /count {{ stub_status; }}
    }}
}}
"""
_CERTIFICATE = "openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=bench"
_CERTIFICATE += " -addext subjectAltName=IP:127.0.0.1 -keyout web.key -out web.pem"


@dataclass(frozen=True, slots=True)
class Web:
    """A web server of the loopback: where it answers, and the certificate to trust."""

    plain: str
    secure: str
    certificate: Path

    def count(self) -> int:
        """Return how many requests were answered so far."""
        with urllib.request.urlopen(f"{self.plain}/count", timeout=10) as answer:
            third_line = answer.read().decode().splitlines()[2]
        return int(third_line.split()[2])


@contextmanager
def web(folder: Path) -> Iterator[Web]:
    """Answer 200 to everything until the end of the block."""
    plain, secure = free_port(), free_port()
    certificate = make_certificate(folder)
    (folder / "web.conf").write_text(_CONFIG.format(folder=folder, plain=plain, secure=secure))
    command = ["/usr/sbin/nginx", "-p", str(folder), "-c", f"{folder}/web.conf", "-e", "stderr"]
    with running(command, plain, "/"):
        yield Web(f"http://127.0.0.1:{plain}", f"https://127.0.0.1:{secure}", certificate)


def make_certificate(folder: Path) -> Path:
    """Return the file of a certificate for the loopback; its key is beside it, `web.key`."""
    subprocess.run(_CERTIFICATE.split(), cwd=folder, check=True, capture_output=True)
    return folder / "web.pem"
