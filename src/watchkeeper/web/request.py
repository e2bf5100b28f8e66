"""Request: what a route is told of one request, and how its target is read."""

import re
from typing import NamedTuple
from urllib.parse import quote, quote_from_bytes, unquote_to_bytes

from watchkeeper.web.answer import BAD_REQUEST, Refusal

_ABSOLUTE = re.compile(rb"https?://[^/?#]*", re.IGNORECASE)
_QUERY = re.compile(rb"[?#]")
_QUERY_SAFE = "!$&'()*+,;=:@/?%"


class Request(NamedTuple):
    """A request without its body.

    *fields* holds the header fields by lower-case name, the last one of a name. *heard* is
    the steady time at which the head was complete; *gap* the number of the gap after which
    its connection was opened.
    """

    method: bytes
    fields: dict[bytes, bytes]
    heard: int
    gap: int

    def field(self, name: bytes) -> bytes:
        """Return the value of the header field *name*, empty when there is none."""
        return self.fields.get(name, b"")


def segments(target: bytes) -> tuple[str, ...]:
    """Return the decoded parts of the path of a request *target*, without empty ones.

    The path is split before it is decoded, so an escaped slash splits nothing, and `%` that
    escapes nothing stands for itself, for some reporters escape nothing. Raise Refusal (400)
    for a text that is not UTF-8, or no path at all.
    """
    path = _QUERY.split(target, maxsplit=1)[0]
    absolute = _ABSOLUTE.match(path)
    if absolute:
        path = path[absolute.end() :]
    elif not path.startswith(b"/"):
        raise Refusal(BAD_REQUEST)
    try:
        return tuple(unquote_to_bytes(part).decode() for part in path.split(b"/") if part)
    except UnicodeDecodeError as error:
        raise Refusal(BAD_REQUEST) from error


def canonical(target: bytes) -> bytes:
    """Return *target* with one spelling of its path, and its query as it came."""
    _, mark, query = target.partition(b"?")
    path = "/" + "/".join(quote(part, safe="") for part in segments(target))
    return path.encode() + mark + quote_from_bytes(query, safe=_QUERY_SAFE).encode()
