"""The HTTP client of the notifiers: one fresh, verified connection for each message."""

import json as jsons
from collections.abc import Mapping
from datetime import UTC
from email.utils import parsedate_to_datetime
from http import HTTPStatus

from watchkeeper.core.delivery import Refused, Unreachable
from watchkeeper.core.url import Url
from watchkeeper.outside.answer import Answer
from watchkeeper.outside.call import Call, Target, target_of
from watchkeeper.outside.clock import Clock
from watchkeeper.outside.connect import Connector
from watchkeeper.outside.exchange import exchange
from watchkeeper.outside.failure import Failure
from watchkeeper.outside.journey import Journey
from watchkeeper.outside.sending import Sending

LONGEST_WAIT_MS = 3_600_000
"""The longest wait that a receiver may ask for."""

_ADDRESSES_SHARE_MS = 8_000
_MOST_DIGITS = 9
_REFUSALS = {
    HTTPStatus.BAD_REQUEST,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.GONE,
}


class Http:
    """Sends requests; every method returns when the receiver has accepted, else raises.

    Raise Refused or Unreachable of `core.delivery`. The caller holds the total deadline.
    Redirects are not followed, bodies of answers are not read, no cookie is kept.
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

    async def post(
        self, url: Url, *, json: object, headers: Mapping[str, str] | None = None
    ) -> None:
        """Send *json*, in the order of its keys, to *url*."""
        text = jsons.dumps(json, ensure_ascii=False, separators=(",", ":"))
        body = text.encode(errors="replace")  # half a character must not stop a message
        own = {"user-agent": self._user_agent, "content-type": "application/json"}
        await self._send(url, {**own, **(headers or {})}, body)

    async def _send(self, url: Url, headers: Mapping[str, str], body: bytes) -> None:
        sending = self._sending or Sending()
        try:
            target = target_of(url.text)
            call = Call(target=target, method="POST", headers=tuple(headers.items()), body=body)
            journey = Journey(_ADDRESSES_SHARE_MS)
            heard = await exchange(self._connector, call, journey, sending.first_byte)
        except Failure as failure:
            raise Unreachable(str(failure), maybe=sending.left) from failure
        _judge(heard.answer, target, self._clock.wall())


def _judge(answer: Answer, target: Target, wall: int) -> None:
    """Return when *answer* accepts the message, else raise what it means."""
    status = answer.status
    words = f"{target.authority} answered {answer}"
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        raise Refused(f"{words}: {_pointing(answer, target)}")
    if status in _REFUSALS:
        raise Refused(words)
    is_theirs = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    is_clear = is_theirs or status == HTTPStatus.SERVICE_UNAVAILABLE
    raise Unreachable(words, retry_after_ms=retry_after_ms(answer, wall), maybe=not is_clear)


def _pointing(answer: Answer, target: Target) -> str:
    # Not the whole location: the path of a hook is often its secret.
    try:
        origin = target_of(answer.header(b"location")).origin
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
