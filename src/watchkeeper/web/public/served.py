"""Served: a file in all the ways in which it can be asked for: whole, in part, if changed."""

import hashlib
import re
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus

from watchkeeper.web.answer import Answer, Fields
from watchkeeper.web.request import Request

_RANGE = re.compile(rb"bytes=(\d{0,19})-(\d{0,19})")


class Served:
    """Bytes with a strong entity tag, and the wall time, in seconds, of their last change.

    The tag comes from the bytes alone, so every process gives the same one.
    """

    def __init__(self, body: bytes, fields: Fields, modified_s: int | None = None) -> None:
        tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        self._tag = tag.encode()
        self._modified_s = modified_s
        dated = (
            () if modified_s is None else (("last-modified", formatdate(modified_s, usegmt=True)),)
        )
        self._fields: Fields = (*fields, ("etag", tag), ("accept-ranges", "bytes"), *dated)
        self._whole = Answer(HTTPStatus.OK, self._fields, body)
        self._unchanged = Answer(HTTPStatus.NOT_MODIFIED, self._fields)

    def answer(self, request: Request) -> Answer:
        """Return what *request* asks for, its conditions judged in the order of RFC 9110."""
        if not self._may_go_on(request):
            return Answer(HTTPStatus.PRECONDITION_FAILED)
        if self._is_known(request):
            return self._unchanged
        asked = request.field(b"range") if request.method == b"GET" else b""
        return self._part(asked) if asked and self._is_the_same(request) else self._whole

    def _may_go_on(self, request: Request) -> bool:
        wanted = request.field(b"if-match")
        if wanted:
            return self._is_named(wanted)
        return self._is_newer(request.field(b"if-unmodified-since")) is not True

    def _is_known(self, request: Request) -> bool:
        known = request.field(b"if-none-match")
        if known:
            return self._is_named(known)
        return self._is_newer(request.field(b"if-modified-since")) is False

    def _is_the_same(self, request: Request) -> bool:
        """Return whether what a client has a part of is what we have."""
        condition = request.field(b"if-range")
        if not condition or condition == self._tag:
            return True
        return self._modified_s is not None and _seconds(condition) == self._modified_s

    def _is_named(self, tags: bytes) -> bool:
        return tags == b"*" or self._tag in tags

    def _is_newer(self, moment: bytes) -> bool | None:
        """Return whether the file changed after *moment*, None where nobody can tell."""
        since = _seconds(moment)
        if since is None or self._modified_s is None:
            return None
        return self._modified_s > since

    def _part(self, asked: bytes) -> Answer:
        """Return one range of the file; the whole of it where that is not one range."""
        found = _RANGE.fullmatch(asked)
        if not found or found.groups() == (b"", b""):
            return self._whole
        body = self._whole.body
        first, last = _ends(found[1], found[2], len(body))
        if first > last:
            none = (("content-range", f"bytes */{len(body)}"),)
            return Answer(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, none)
        fields = (*self._fields, ("content-range", f"bytes {first}-{last}/{len(body)}"))
        return Answer(HTTPStatus.PARTIAL_CONTENT, fields, body[first : last + 1])


def _ends(first: bytes, last: bytes, length: int) -> tuple[int, int]:
    """Return the first and the last byte of a range, the first behind the last of an empty one.

    Without a *first*, *last* counts from the end.
    """
    if not first:
        return max(0, length - int(last)), length - 1
    return int(first), min(int(last), length - 1) if last else length - 1


def _seconds(moment: bytes) -> int | None:
    try:
        return int(parsedate_to_datetime(moment.decode("latin-1")).timestamp())
    except (ValueError, TypeError, OverflowError):
        return None
