"""Heads: what the parser has said of heads of reports, so that it need not say it again.

A reporter sends the same head again and again. Where the same bytes begin a request anew, the
parser would say the same; so this is a memory of its words, not a second parser. Only heads
of reports with the right credentials are kept, so no stranger can crowd out others; at each
report they are judged anew, since a token may change.
"""

from typing import NamedTuple

from watchkeeper.web.route import Route

_REPORT = b"POST "
_END = b"\r\n\r\n"
_LONGEST_KEPT = 1_024
_MOST_KEPT = 4_096
_WITH_A_WILL = (b"expect", b"upgrade", b"transfer-encoding")


class Head(NamedTuple):
    """A head that the parser has read: its route, fields, and the length of the body."""

    route: Route
    fields: dict[bytes, bytes]
    length: int


class Heads:
    """Heads by their bytes, of one server."""

    def __init__(self) -> None:
        self._kept: dict[bytes, Head] = {}

    def begin(self, data: bytes) -> tuple[Head, bytes] | None:
        """Return the head and the body, when *data* is one whole report with a known head."""
        if not data.startswith(_REPORT):
            return None
        end = data.find(_END) + len(_END)
        head = self._kept.get(data[:end])
        if head is None or len(data) - end != head.length:
            return None
        return head, data[end:]

    def keep(self, data: bytes, route: Route, fields: dict[bytes, bytes]) -> None:
        """Remember the head of *data*, when that is one whole report and nothing special."""
        if not data.startswith(_REPORT):
            return
        end = data.find(_END) + len(_END)
        length = len(data) - end
        if end > _LONGEST_KEPT or fields.get(b"content-length") != str(length).encode():
            return
        if any(name in fields for name in _WITH_A_WILL):
            return
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[data[:end]] = Head(route, fields, length)
