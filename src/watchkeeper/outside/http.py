"""The HTTP client of the notifiers: one fresh, verified connection for each message."""

import json as jsons
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any, Literal, NamedTuple
from urllib.parse import urlencode

from watchkeeper.core.delivery import Refused, Unreachable
from watchkeeper.core.lane import SEND_MS
from watchkeeper.core.url import Url
from watchkeeper.outside.answer import Answer, described
from watchkeeper.outside.call import Call, Location, location_of
from watchkeeper.outside.clock import Clock
from watchkeeper.outside.connect import Connector
from watchkeeper.outside.exchange import exchange
from watchkeeper.outside.failure import BadAnswer, Failure
from watchkeeper.outside.journey import Journey
from watchkeeper.outside.sending import Sending

LONGEST_WAIT_MS = 3_600_000
"""The longest wait that a receiver may ask for."""

_MOST_BODY = 4_096
_MOST_DIGITS = 9
_REFUSALS = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.GONE,
}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What an answer means where its body knows better than its status line.

    *retry_after_ms* is how long the body asks us to wait.
    """

    status: int
    retry_after_ms: int = 0


Heed = Callable[[Answer], Meaning]


class _Content(NamedTuple):
    """A body, and its type."""

    kind: str
    body: bytes


class Http:
    """Sends requests; every method returns when the receiver has accepted, else raises.

    Raise Refused or Unreachable of `core.delivery`. The caller holds the total deadline.
    Redirects are not followed, no cookie is kept. The body of an answer is read, up to 4 KiB
    of it, only where *heed* asks for it: it is given the answer and returns what that means.
    """

    def __init__(
        self,
        connector: Connector,
        clock: Clock,
        user_agent: str,
        sending: Sending | None = None,
    ) -> None:
        self._connector = connector
        self._clock = clock
        self._user_agent = user_agent
        self._sending = sending

    def for_sending(self, sending: Sending) -> "Http":
        """Return the client whose requests belong to *sending*."""
        return Http(self._connector, self._clock, self._user_agent, sending)

    async def send_json(
        self,
        url: Url,
        *,
        json: object,
        method: Literal["POST", "PUT"] = "POST",
        headers: Mapping[str, str] | None = None,
        heed: Heed | None = None,
    ) -> None:
        """Send *json*, in the order of its keys, to *url*; by PUT, the same again is no news."""
        await self._send(method, url, _json(json), headers, heed)

    async def send_form(
        self,
        url: Url,
        *,
        form: Mapping[str, str],
        headers: Mapping[str, str] | None = None,
        heed: Heed | None = None,
    ) -> None:
        """Send the fields of *form* to *url*, as a browser does."""
        await self._send("POST", url, _form(form), headers, heed)

    async def _send(
        self,
        method: str,
        url: Url,
        content: _Content,
        headers: Mapping[str, str] | None,
        heed: Heed | None,
    ) -> None:
        sending = self._sending or Sending()
        own = {"user-agent": self._user_agent, "content-type": content.kind}
        try:
            target = location_of(url.text)
            call = Call(
                target=target,
                method=method,
                headers=tuple({**own, **(headers or {})}.items()),
                body=content.body,
                most_body=_MOST_BODY if heed else sending.most_body,
            )
            journey = Journey(SEND_MS)
            heard = await exchange(self._connector, call, journey, sending.first_byte)
        except BadAnswer as failure:  # what it quotes may be our own request, sent back
            words = f"{target.authority} answered what is not HTTP"
            raise Unreachable(words, maybe=sending.left) from failure
        except Failure as failure:
            raise Unreachable(str(failure), maybe=sending.left) from failure
        sending.answer = heard.answer
        meaning = heed(heard.answer) if heed else Meaning(heard.answer.status)
        wait_ms = max(meaning.retry_after_ms, retry_after_ms(heard.answer, self._clock.wall()))
        _judge(heard.answer, Meaning(meaning.status, wait_ms), target)


def _json(value: object) -> _Content:
    text = jsons.dumps(value, ensure_ascii=False, separators=(",", ":"))
    # Half a character must not stop a message, here and below.
    return _Content("application/json", text.encode(errors="replace"))


def _form(fields: Mapping[str, str]) -> _Content:
    text = urlencode(fields, encoding="utf-8", errors="replace")
    return _Content("application/x-www-form-urlencoded", text.encode())


def json_of(answer: Answer) -> Mapping[str, Any]:
    """Return the JSON object in the body of *answer*, an empty one where there is none."""
    try:
        told = jsons.loads(answer.body)
    except (ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


def wait_ms(wished: object, unit_ms: int) -> int:
    """Return how long *wished*, a number of *unit_ms* in a body, is: an hour at most."""
    if isinstance(wished, bool) or not isinstance(wished, int | float) or not wished > 0:
        return 0
    return int(min(wished * unit_ms, LONGEST_WAIT_MS))


def _judge(answer: Answer, meaning: Meaning, target: Location) -> None:
    """Return when the message was accepted, else raise what *answer* means."""
    status = meaning.status
    words = f"{target.authority} answered {described(answer.status)}"
    if status != answer.status:
        words += f", meaning {described(status)}"
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise Refused(f"{words}: {_pointing(answer, target)}")
    if status in _REFUSALS:
        raise Refused(words)
    is_theirs = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    is_clear = is_theirs or status == HTTPStatus.SERVICE_UNAVAILABLE
    raise Unreachable(words, retry_after_ms=meaning.retry_after_ms, maybe=not is_clear)


def _pointing(answer: Answer, target: Location) -> str:
    # Not the whole location: the path of a hook is often its secret.
    try:
        origin = location_of(answer.header(b"location")).origin
    except ValueError:
        origin = target.origin
    place = "another path there" if origin == target.origin else origin
    return f"it points to {place}, and redirects are not followed: configure the final URL"


def retry_after_ms(answer: Answer, wall: int) -> int:
    """Return how long the receiver asks us to wait: 0 if it does not, an hour at most.

    It says so in seconds, or as a date, which is measured from its own date, else *wall*.
    """
    value = answer.header(b"retry-after").strip()
    if value.isascii() and value.isdigit():
        seconds = int(value) if len(value) <= _MOST_DIGITS else LONGEST_WAIT_MS
        return min(seconds * 1000, LONGEST_WAIT_MS)
    until = _date_ms(value)
    if until is None:
        return 0
    said = _date_ms(answer.header(b"date"))
    return min(max(until - (wall if said is None else said), 0), LONGEST_WAIT_MS)


def _date_ms(value: str) -> int | None:
    try:
        moment = parsedate_to_datetime(value)
        return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        return None
