"""Url: an absolute URL, normalised as a browser prints it (the URL standard of WHATWG)."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address
from unicodedata import category, normalize
from urllib.parse import quote, unquote, urljoin

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443, "ftp": 21}

_AROUND = "".join(map(chr, range(ord(" ") + 1)))
_ANYWHERE = re.compile(r"[\t\n\r]")
_HALVES = re.compile(r"[\ud800-\udfff]")
_PARTS = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):([^?#]*)(\?[^#]*)?(#.*)?", re.DOTALL)
_HOST_AND_PORT = re.compile(r"(\[[^]]*]|[^:[][^:]*|)(?::([0-9]*))?")
_CREDENTIALS = re.compile(r"([^/?#]*//)(?:([^/?#:]*:)[^/?#]*|[^/?#]*)@")

# What stays as it is in each part, beside letters, digits and `-._~`.
_IN_USERINFO = "!$%&'()*+,"
_IN_PATH = _IN_USERINFO + "/:;=@[\\]|"
_IN_QUERY = "!$%&()*+,/:;=?@[\\]^`{|}"
_IN_FRAGMENT = "!#$%&'()*+,/:;=?@[\\]^{|}"
_IN_OPAQUE = _IN_FRAGMENT + ' "<>`'

_NOT_IN_HOST = re.compile(r"[\x00- \x7f#%/:<>?@\\^|[\]\u200c\u200d\ufffd]")
_UNSEEN_IN_HOST = re.compile(
    r"[\xad\u034f\u180b-\u180d\u180f\u200b\u2060\u2064\ufe00-\ufe0f\ufeff]"
)
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_ZEROS = re.compile(r"\b0(?::0)+\b")
_IPV4_PARTS = 4
_LAST_PORT = "65535"


@dataclass(frozen=True, slots=True)
class Url:
    """An absolute URL. *text* is whole and may hold credentials; `str` shows `user:***@`."""

    text: str

    @classmethod
    def parse(cls, raw: str) -> "Url":
        """Return *raw* normalised: host in lower case, no default port, `/` for no path.

        A scheme that is not one of DEFAULT_PORTS keeps its shape, for `mailto:` has no host.
        Raise ValueError, with words for a person, when it is not an absolute URL.
        """
        whole = _HALVES.sub("\ufffd", raw.strip(_AROUND))
        parts = _PARTS.fullmatch(_ANYWHERE.sub("", whole))
        if not parts:
            raise ValueError("must be an absolute URL, such as https://status.example.com/")
        scheme, rest, query, fragment = parts.groups(default="")
        scheme = scheme.lower()
        if scheme in DEFAULT_PORTS:
            place, query = _place(scheme, rest), _encoded(query, _IN_QUERY)
        else:
            place, query = _other_place(rest), _encoded(query, _IN_QUERY + "'")
        return cls(f"{scheme}:{place}{query}{_encoded(fragment, _IN_FRAGMENT)}")

    def join(self, path: str) -> "Url":
        """Return *path* taken relative to this URL."""
        return Url.parse(urljoin(self.text, path))

    def under(self, path: str) -> "Url":
        """Return *path* below this URL, whether that ends with a slash or not."""
        return Url.parse(f"{self.text.removesuffix('/')}/{path}")

    def __str__(self) -> str:
        shown = _CREDENTIALS.match(self.text)
        if not shown:
            return self.text
        scheme, user = shown.groups(default="")  # a lone user name is often a token
        return f"{scheme}{user}***@{self.text[shown.end() :]}"

    def __repr__(self) -> str:
        return f"Url({str(self)!r})"


def _encoded(text: str, kept: str) -> str:
    return quote(text, safe=kept)


def _place(scheme: str, rest: str) -> str:
    """Return what follows the colon of a URL that has a host, up to its query."""
    authority, _, path = rest.replace("\\", "/").lstrip("/").partition("/")
    userinfo, host, port = _split(authority)
    return f"//{_credentials(userinfo)}{_host(host)}{_port(scheme, port)}{_path(path)}"


def _other_place(rest: str) -> str:
    """Return what follows the colon of any other URL, up to its query."""
    if not rest.startswith("//"):
        return _encoded(rest, _IN_OPAQUE)
    authority, slash, path = rest[2:].partition("/")
    userinfo, host, port = _split(authority)
    host = _host(host) if host.startswith("[") else _encoded(host, _IN_USERINFO)
    shown_port = f":{port}" if port else ""
    return f"//{_credentials(userinfo)}{host}{shown_port}{_encoded(slash + path, _IN_PATH)}"


def _split(authority: str) -> tuple[str, str, str]:
    """Return the credentials, the host and the digits of the port in *authority*."""
    userinfo, _, place = authority.rpartition("@")
    found = _HOST_AND_PORT.fullmatch(place)
    if not found:
        is_ipv6 = place.startswith("[")
        raise ValueError("invalid IPv6 URL" if is_ipv6 else "has a port that is not a number")
    host, port = found.groups(default="")
    return userinfo, host, port


def _credentials(userinfo: str) -> str:
    user, _, password = (_encoded(part, _IN_USERINFO) for part in userinfo.partition(":"))
    shown = f"{user}:{password}" if password else user
    return f"{shown}@" if shown else ""


def _port(scheme: str, digits: str) -> str:
    number = digits.lstrip("0") or digits[:1]
    if len(number) > len(_LAST_PORT) or int(number or 0) > int(_LAST_PORT):
        raise ValueError(f"port out of range 0-{_LAST_PORT}")
    is_default = number == str(DEFAULT_PORTS[scheme])
    return f":{number}" if number and not is_default else ""


def _path(path: str) -> str:
    kept: list[str] = []
    dots = ""
    for segment in _encoded(path, _IN_PATH).split("/"):
        dots = segment.lower().replace("%2e", ".")
        if dots == "..":
            del kept[-1:]
        elif dots != ".":
            kept.append(segment)
    ends_open = dots in {".", ".."}
    return "/" + "/".join([*kept, ""] if ends_open else kept)


def _host(raw: str) -> str:
    if not raw:
        raise ValueError("has no host")
    try:
        return _ipv6(raw) if raw.startswith("[") else _ipv4(_domain(unquote(raw)))
    except ValueError as error:
        raise ValueError(f"has a host that is not valid: {raw!r}") from error


def _domain(name: str) -> str:
    """Return *name* in ASCII, as UTS 46 maps it; Python's own codec is that of 2003."""
    if not name.isascii():
        seen = _UNSEEN_IN_HOST.sub("", normalize("NFKC", name))
        lower = "".join(char.lower() for char in seen)
        name = normalize("NFKC", lower).replace("\u3002", ".")
    if not name or _NOT_IN_HOST.search(name):
        raise ValueError(name)
    return ".".join(map(_label, name.lower().split(".")))


def _label(label: str) -> str:
    if label.isascii():
        return label
    if label.startswith("xn--") or category(label[0]).startswith("M"):
        raise ValueError(label)
    return f"xn--{label.encode('punycode').decode()}"


def _ipv4(name: str) -> str:
    """Return *name*, in four decimal parts where it is an address in any of its spellings."""
    labels = name.removesuffix(".").split(".")
    if not _NUMBER.fullmatch(labels[-1]):
        return name
    *parts, last = map(_number, labels)
    room = 256 ** (_IPV4_PARTS - len(parts))
    if len(parts) >= _IPV4_PARTS or last >= room:
        raise ValueError(name)
    return str(IPv4Address(bytes(parts) + last.to_bytes(_IPV4_PARTS - len(parts))))


def _number(label: str) -> int:
    if not _NUMBER.fullmatch(label):
        raise ValueError(label)
    if label.startswith("0x"):
        return int(label[2:] or "0", 16)
    return int(label, 8 if label.startswith("0") else 10)


def _ipv6(bracketed: str) -> str:
    """Return the shortest spelling; newer Pythons would print some of these with dots."""
    if "%" in bracketed:
        raise ValueError(bracketed)
    exploded = IPv6Address(bracketed[1:-1]).exploded
    groups = ":".join(f"{int(group, 16):x}" for group in exploded.split(":"))
    runs = list(_ZEROS.finditer(groups))
    if not runs:
        return f"[{groups}]"
    start, end = max(runs, key=lambda run: len(run[0])).span()
    return f"[{groups[:start].rstrip(':')}::{groups[end:].lstrip(':')}]"
