"""Answer: what is said to one request, its bytes made once and sent many times."""

from dataclasses import dataclass, field
from http import HTTPStatus

Fields = tuple[tuple[str, str], ...]

CLOSED_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
_DEFAULTS: Fields = (
    ("cache-control", "no-store"),
    ("content-security-policy", CLOSED_POLICY),
    ("cross-origin-resource-policy", "same-origin"),
)
_ALWAYS: Fields = (
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), geolocation=(), microphone=()"),
    ("referrer-policy", "no-referrer"),
    ("x-content-type-options", "nosniff"),
    ("x-frame-options", "DENY"),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, its own header *fields* (names in lower case) and a body.

    *head* is the status line and all fields but those of the connection (`date`,
    `connection`) and the empty line. Every answer carries the full set of security fields.
    """

    status: HTTPStatus
    fields: Fields = ()
    body: bytes = b""
    head: bytes = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        lines = [f"{name}: {value}\r\n" for name, value in self.every_field()]
        first = f"HTTP/1.1 {self.status.value} {self.status.phrase}\r\n"
        object.__setattr__(self, "head", "".join((first, *lines)).encode("latin-1"))

    def every_field(self) -> Fields:
        """Return all header fields, the length of the body included."""
        own = dict(self.fields)
        defaults = tuple(pair for pair in _DEFAULTS if pair[0] not in own)
        has_length = self.status is not HTTPStatus.NOT_MODIFIED
        length = (("content-length", str(len(self.body))),) if has_length else ()
        return (*self.fields, *length, *defaults, *_ALWAYS)


class Refusal(Exception):
    """Instead of going on, this *answer* is given."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


def plain(status: HTTPStatus, text: str, fields: Fields = ()) -> Answer:
    """Return an answer of plain *text*."""
    return Answer(status, (("content-type", "text/plain; charset=utf-8"), *fields), text.encode())


OK = Answer(HTTPStatus.OK)
BAD_REQUEST = Answer(HTTPStatus.BAD_REQUEST)
NOT_FOUND = Answer(HTTPStatus.NOT_FOUND)
REQUEST_TIMEOUT = Answer(HTTPStatus.REQUEST_TIMEOUT)
CONTENT_TOO_LARGE = Answer(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
HEAD_TOO_LARGE = Answer(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
OUR_FAULT = plain(HTTPStatus.INTERNAL_SERVER_ERROR, "Internal error\n")
STORE_REFUSED = plain(
    HTTPStatus.SERVICE_UNAVAILABLE,
    "not recorded: nothing can be stored at the moment\n",
    (("retry-after", "5"),),
)
