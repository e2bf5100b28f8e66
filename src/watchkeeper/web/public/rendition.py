"""Rendition: one text at one moment, in all the forms in which it can be asked for."""

import gzip
import hashlib
import re
from functools import lru_cache
from http import HTTPStatus

from watchkeeper.web.answer import Answer, Fields
from watchkeeper.web.request import Request

_WORTH_PACKING = 1_000
_NOT_AT_ALL = re.compile(rb"q=0(\.0*)?")


class Rendition:
    """Bytes with their entity tag; the packed form is made when first asked for.

    The tag comes from the bytes alone, so every process gives the same one.
    """

    def __init__(self, body: bytes, fields: Fields) -> None:
        tag = f'W/"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
        self._opaque_tag = tag.removeprefix("W/").encode()
        self._fields: Fields = (*fields, ("etag", tag), ("vary", "accept-encoding"))
        self._plain = Answer(HTTPStatus.OK, self._fields, body)
        self._unchanged = Answer(HTTPStatus.NOT_MODIFIED, self._fields)
        self._packed: Answer | None = None

    def answer(self, request: Request) -> Answer:
        """Return what *request* asks for: nothing new, packed bytes or plain ones."""
        if_none_match = request.field(b"if-none-match")
        if if_none_match and (self._opaque_tag in if_none_match or if_none_match == b"*"):
            return self._unchanged
        accepted = request.field(b"accept-encoding")
        if accepted and len(self._plain.body) >= _WORTH_PACKING and takes_gzip(accepted):
            return self._pack()
        return self._plain

    def _pack(self) -> Answer:
        if self._packed is None:
            body = gzip.compress(self._plain.body, compresslevel=6, mtime=0)
            fields = (*self._fields, ("content-encoding", "gzip"))
            self._packed = Answer(HTTPStatus.OK, fields, body)
        return self._packed


@lru_cache(maxsize=64)
def takes_gzip(accepted: bytes) -> bool:
    """Return whether the value of an `Accept-Encoding` field allows gzip."""
    for part in accepted.lower().split(b","):
        name, _, weight = part.partition(b";")
        if name.strip() in {b"gzip", b"*"}:
            return not _NOT_AT_ALL.fullmatch(weight.replace(b" ", b""))
    return False
