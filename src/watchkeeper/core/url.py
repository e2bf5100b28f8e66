"""Url: an absolute URL, normalised as a browser would print it."""

import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_FORBIDDEN_IN_HOST = re.compile(r"[\s#%/:<>?@\\^|\[\]]")


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute URL. *text* is whole and may hold credentials; `str` shows `user:***@`."""

    text: str

    @classmethod
    def parse(cls, raw: str) -> "Url":
        """Return *raw* normalised: host in lower case, no default port, `/` for no path.

        Raise ValueError, with words for a person, when it is not an absolute URL.
        """
        raw = raw.strip()
        if not _SCHEME.match(raw):
            raise ValueError("must be an absolute URL, such as https://status.example.com/")
        parts = urlsplit(raw)
        if parts.scheme not in DEFAULT_PORTS:
            return cls(parts.geturl())
        if not parts.hostname:
            raise ValueError("has no host")
        host = _host(parts.hostname)
        port = parts.port
        shown_port = "" if port in {None, DEFAULT_PORTS[parts.scheme]} else f":{port}"
        userinfo, at, _ = parts.netloc.rpartition("@")
        netloc = f"{userinfo}{at}{host}{shown_port}"
        return cls(parts._replace(netloc=netloc, path=parts.path or "/").geturl())

    def join(self, path: str) -> "Url":
        """Return *path* taken relative to this URL."""
        return Url(urljoin(self.text, path))

    def __str__(self) -> str:
        parts = urlsplit(self.text)
        userinfo, at, place = parts.netloc.rpartition("@")
        if not at:
            return self.text
        user = userinfo.partition(":")[0]
        return parts._replace(netloc=f"{user}:***@{place}").geturl()

    def __repr__(self) -> str:
        return f"Url({str(self)!r})"


def _host(host: str) -> str:
    if ":" in host:
        return f"[{host}]"
    if _FORBIDDEN_IN_HOST.search(host):
        raise ValueError(f"has a host that is not valid: {host!r}")
    try:
        return host.lower() if host.isascii() else host.encode("idna").decode()
    except UnicodeError as error:
        raise ValueError(f"has a host that is not valid: {host!r}") from error
