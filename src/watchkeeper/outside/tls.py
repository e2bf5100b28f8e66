"""TLS as bytes in, bytes out: a handshake that keeps its evidence, also when it fails."""

import ssl
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from watchkeeper.outside.failure import Insecure, NoTrust
from watchkeeper.outside.quote import cleaned

_READ_BYTES = 64 * 1024
CODES = {
    10: "certificate_expired",
    62: "certificate_name",  # another host name
    64: "certificate_name",  # another address
}
_MOST_NAMES = 5


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a server showed, verified or not. *ends_at* is wall milliseconds."""

    names: tuple[str, ...]
    issuer: str
    ends_at: int
    ends: str

    def __str__(self) -> str:
        names = ", ".join(self.names[:_MOST_NAMES]) or "nobody"
        more = f" and {len(self.names) - _MOST_NAMES} more" if self.names[_MOST_NAMES:] else ""
        return f"certificate for {names}{more}, issued by {self.issuer}, ends {self.ends}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """Whom to trust: the system's roots (or those of `SSL_CERT_FILE`), *ca_file*, or all."""

    ca_file: str = ""
    is_insecure: bool = False


SYSTEM = Trust()
HTTP = ("http/1.1",)


@lru_cache(maxsize=64)
def context(trust: Trust, protocols: tuple[str, ...] = HTTP) -> ssl.SSLContext:
    """Return the settings of all connections with *trust*: made once, for it is dear.

    *protocols* are what we offer to speak, by their registered names; some servers hang up
    on whoever offers them a strange one. Raise NoTrust when the file cannot be used.
    """
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.options |= ssl.OP_NO_RENEGOTIATION
    if protocols:
        made.set_alpn_protocols(list(protocols))
    if trust.is_insecure:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
        return made
    try:
        if trust.ca_file:
            made.load_verify_locations(trust.ca_file)
        else:
            made.load_default_certs()
    except OSError as error:  # also every ssl.SSLError
        where = trust.ca_file or "the system's own place"
        raise NoTrust(f"cannot read trusted certificates from {where}: {error}") from error
    return made


class Tls:
    """The client's side of one connection. It moves bytes between two buffers, no more."""

    def __init__(
        self, settings: ssl.SSLContext, host: str, ticket: ssl.SSLSession | None = None
    ) -> None:
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        try:
            self._object = settings.wrap_bio(
                self._incoming,
                self._outgoing,
                server_hostname=host.rstrip("."),
                session=ticket,
            )
        except ValueError as error:
            raise Insecure(f"{host!r} is no name for a certificate: {error}") from error
        self.is_secured = False
        self.is_over = False

    def shake(self) -> bool:
        """Go on with the handshake; return whether it is done. Raise Insecure if it fails."""
        try:
            self._object.do_handshake()
        except ssl.SSLWantReadError:
            return False
        except ssl.SSLCertVerificationError as error:
            words = f"the certificate is not trusted: {error.verify_message} ({self._shown()})"
            raise Insecure(words, CODES.get(error.verify_code, "certificate")) from error
        except ssl.SSLError as error:
            raise Insecure(f"the handshake failed: {error.reason or error}") from error
        self.is_secured = True
        return True

    def receive(self, data: bytes) -> bytes:
        """Return what *data* holds in clear, b'' while the handshake goes on."""
        self._incoming.write(data)
        if not self.is_secured and not self.shake():
            return b""
        pieces: list[bytes] = []
        try:
            while piece := self._object.read(_READ_BYTES):
                pieces.append(piece)
            self.is_over = True
        except ssl.SSLWantReadError:
            pass
        except ssl.SSLZeroReturnError:
            self.is_over = True
        except ssl.SSLError as error:
            raise Insecure(f"the secure connection broke: {error.reason or error}") from error
        return b"".join(pieces)

    def write(self, data: bytes) -> None:
        """Take *data* to be sent."""
        self._object.write(data)

    def to_send(self) -> bytes:
        """Return what must be sent now, b'' for nothing."""
        return self._outgoing.read()

    @property
    def is_resumed(self) -> bool:
        """Return whether an earlier session went on, in which nothing was shown anew."""
        return bool(self._object.session_reused)

    @property
    def ticket(self) -> ssl.SSLSession | None:
        """Return what takes this session up again; servers give it late, or not at all."""
        return self._object.session

    @property
    def version(self) -> str:
        """Return the version of the protocol, such as `TLSv1.3`."""
        return self._object.version() or "TLS"

    def certificate(self) -> Certificate | None:
        """Return the server's own certificate, verified or not; None when it showed none."""
        chain = _unverified_chain(self._object)
        try:
            return _certificate(chain[0]) if chain else None
        except (ssl.SSLError, LookupError, ValueError):  # one that cannot be read
            return None

    def __str__(self) -> str:
        return f"{self.version}, {self._shown()}"

    def _shown(self) -> str:
        return str(self.certificate() or "no certificate shown")


def _unverified_chain(tls: ssl.SSLObject) -> list[Any]:
    # Only this keeps the evidence when verification fails; private before Python 3.13.
    return getattr(tls, "_sslobj").get_unverified_chain() or []  # noqa: B009


def _certificate(shown: Any) -> Certificate:
    info = shown.get_info()
    names = [value for _, value in info.get("subjectAltName", ())]
    subject = [value for part in info.get("subject", ()) for _, value in part]
    ends = info["notAfter"]
    return Certificate(
        names=tuple(cleaned(name, 100) for name in names or subject[-1:]),
        issuer=cleaned(", ".join(v for part in info.get("issuer", ()) for _, v in part), 200),
        ends_at=int(ssl.cert_time_to_seconds(ends)) * 1000,
        ends=ends,
    )
