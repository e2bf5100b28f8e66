"""Certificates for tests, made by the openssl program of the machine."""

import shutil
import ssl
import subprocess
from pathlib import Path

OPENSSL = shutil.which("openssl")


class Authority:
    """A certificate authority that lives in *folder*."""

    def __init__(self, folder: Path, name: str = "Test Authority") -> None:
        self._folder = folder
        self.file = folder / "ca.pem"
        self._run(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", "ca.key", "-out", "ca.pem", "-days", "3650", "-subj", f"/CN={name}"),
        )

    def server(self, *names: str, days: int = 365) -> ssl.SSLContext:
        """Return the settings of a server whose certificate is for *names*, such as `DNS:x`.

        It ends in *days*; with minus 1 it ended yesterday.
        """
        (self._folder / "ext").write_text(f"subjectAltName={','.join(names)}\n")
        self._run(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"),
            *("-keyout", "s.key", "-out", "s.csr", "-subj", f"/CN={names[0]}"),
        )
        self._run(
            *("x509", "-req", "-in", "s.csr", "-CA", "ca.pem", "-CAkey", "ca.key"),
            *("-CAcreateserial", "-out", "s.pem", "-extfile", "ext", "-days", str(days)),
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._folder / "s.pem", self._folder / "s.key")
        return context

    def _run(self, *arguments: str) -> None:
        assert OPENSSL, "needs the openssl program"
        subprocess.run([OPENSSL, *arguments], cwd=self._folder, check=True, capture_output=True)
