"""HTTP and HTTPS: a request whose answer has a good status, and a body that matches."""

import asyncio
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any

import re2

from watchkeeper.core.moment import DAY_MS
from watchkeeper.core.reason import Reason
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.outside.answer import Answer
from watchkeeper.outside.call import Call, Headers, Location, Way, location_of, nothing
from watchkeeper.outside.exchange import Heard, exchange
from watchkeeper.outside.journey import Journey
from watchkeeper.outside.outside import Outside
from watchkeeper.outside.quote import quote
from watchkeeper.outside.redirect import exchange_on, shown
from watchkeeper.outside.resolve import resolver_option
from watchkeeper.outside.tls import Certificate, Trust
from watchkeeper.outside.visit import FINE, Seen, visit

SCHEMES = ("http", "https")
MOST_BODY_KIB = 1024
LONG_BODY = 64 * 1024
"""Bytes of a body from which on it is matched beside the loop, which RE2 lets go on."""

MOST_EXCERPT = 500
_LONGEST_NAME = 253
_REDIRECTION = 3  # the first digit of such a status
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_SERVER_NAME = re.compile(r"[0-9A-Za-z_-]+(\.[0-9A-Za-z_-]+)*\.?|[0-9A-Fa-f]*(:[0-9A-Fa-f.]*){2,}")
_UNSENDABLE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class Method(StrEnum):
    """What may be asked."""

    HEAD = "HEAD"
    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"


_WITH_BODY = {Method.POST, Method.PUT, Method.PATCH}


def check_headers(headers: Mapping[str, str | tuple[str, ...]]) -> None:
    """Raise ValueError when a name or value among *headers* cannot be sent."""
    for name, values in headers.items():
        if not _TOKEN.fullmatch(name):
            raise ValueError(f"has a header whose name is not valid: {name!r}")
        texts = (values,) if isinstance(values, str) else values
        if any(_UNSENDABLE.search(text) or not _is_latin(text) for text in texts):
            raise ValueError(f"has a value that cannot be sent in the header {name!r}")


def check_server_name(name: str) -> None:
    """Raise ValueError when *name* is no name that a certificate could be for."""
    if name and not (_SERVER_NAME.fullmatch(name) and len(name) <= _LONGEST_NAME):
        raise ValueError("must be a host name in ASCII or an address, without a port")


def check_pattern(pattern: str) -> None:
    """Raise ValueError when *pattern* is no regular expression that RE2 understands."""
    try:
        _compiled(pattern)
    except re2.error as error:
        words = error.args[0]
        said = words.decode(errors="replace") if isinstance(words, bytes) else words
        raise ValueError(f"is not a regular expression of RE2: {said}") from error


def check_body_kib(kib: int) -> None:
    """Raise ValueError when *kib* is more of a body, or less, than can be read."""
    if not 1 <= kib <= MOST_BODY_KIB:
        raise ValueError(f"must be from 1 to {MOST_BODY_KIB}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How to look at a web server."""

    poll_http_status_healthy_above: int = field(
        default=200, metadata={"doc": "the lowest status that is healthy", "metric": True}
    )
    poll_http_status_healthy_below: int = field(
        default=400,
        metadata={"doc": "the status from which on none is healthy", "metric": True},
    )
    http_method: Method | None = field(
        default=None,
        metadata={"doc": "what to ask: HEAD, or GET where a body must match, if not set"},
    )
    http_headers: Mapping[str, str | tuple[str, ...]] = field(
        default_factory=lambda: MappingProxyType({}),
        repr=False,
        hash=False,
        metadata={
            "doc": "headers to send; each takes the place of ours of the same name",
            "check": check_headers,
            "secret": True,
        },
    )
    http_body: str = field(
        default="",
        repr=False,
        metadata={"doc": "the body to send with POST, PUT and PATCH", "secret": True},
    )
    http_body_healthy_match: str = field(
        default="",
        metadata={
            "doc": "a regular expression (RE2) that must be found in what is read of the body",
            "check": check_pattern,
        },
    )
    http_body_dead_match: str = field(
        default="",
        metadata={
            "doc": "a regular expression (RE2) that must not be found in it",
            "check": check_pattern,
        },
    )
    http_body_kib: int = field(
        default=256,
        metadata={"doc": "how many KiB of the body are read, 1 to 1024", "check": check_body_kib},
    )
    http_avoid_caches: bool = field(
        default=True,
        metadata={
            "doc": "asks with a fresh query that no cache has seen; false asks for the URL as it is"
        },
    )
    http_follow_redirects: bool = field(
        default=False,
        metadata={"doc": "follows up to 5 redirects instead of judging the first answer"},
    )
    https_ca_file: str = field(
        default="",
        metadata={
            "doc": "file of the certificates to trust (PEM), instead of the system's or those of "
            "`SSL_CERT_FILE`"
        },
    )
    https_server_name: str = field(
        default="",
        metadata={
            "doc": "the name that is asked for by SNI and that the certificate must be for, "
            "instead of the URL's host; the `Host` header stays as it is",
            "check": check_server_name,
        },
    )
    https_insecure: bool = field(
        default=False, metadata={"doc": "trusts every certificate, and judges none"}
    )
    https_certificate_sick_below_days: int = field(
        default=14,
        metadata={
            "doc": "days before its end from which on a certificate is sick; 0 never is",
            "metric": True,
        },
    )
    resolver: str = resolver_option()

    @property
    def method(self) -> Method:
        """Return what is asked."""
        if self.http_method is not None:
            return self.http_method
        return Method.GET if self.wants_body else Method.HEAD

    @property
    def wants_body(self) -> bool:
        """Return whether the verdict depends on the body."""
        return bool(self.http_body_healthy_match or self.http_body_dead_match)


async def look(target: str, options: Options, timeout_ms: int, outside: Outside) -> Report:
    """Return what *target* answers within *timeout_ms*, from its name to the last byte."""
    go = exchange_on if options.http_follow_redirects else exchange

    async def ask(journey: Journey) -> Seen:
        call = _call(target, options, outside.user_agent, outside.clock.wall, outside.proxies.way)
        heard = await go(outside.connect, call, journey, sessions=outside.sessions)
        journey.note(_said(heard.answer))
        return await _judged(heard, options, outside.clock.wall())

    return await visit(ask, timeout_ms, outside.deadlines)


@lru_cache(maxsize=32_768)
def _call(url: str, options: Options, user_agent: str, wall: Callable[[], int], way: Way) -> Call:
    target, method = location_of(url), options.method
    return Call(
        target=target,
        method=method,
        headers=_headers(options, user_agent),
        body=options.http_body.encode() if method in _WITH_BODY else b"",
        trust=Trust(ca_file=options.https_ca_file, is_insecure=options.https_insecure),
        resolver=options.resolver,
        most_body=0 if method is Method.HEAD else options.http_body_kib * 1024,
        server_name=options.https_server_name,
        way=way,
        unseen=_unseen(target, wall) if options.http_avoid_caches else nothing,
    )


def _unseen(target: Location, wall: Callable[[], int]) -> Callable[[], str]:
    return partial(_second, "&" if "?" in target.path else "?", wall)


def _second(mark: str, wall: Callable[[], int]) -> str:
    """Return the end of a query that no cache has seen, in the ancestors' form."""
    return f"{mark}{wall() // 1000}"


def _headers(options: Options, user_agent: str) -> Headers:
    given = [
        (name, value)
        for name, values in options.http_headers.items()
        for value in ((values,) if isinstance(values, str) else values)
    ]
    if any(name.lower() == "user-agent" for name, _ in given):
        return tuple(given)
    return ("user-agent", user_agent), *given


def _said(answer: Answer) -> str:
    """Return what was answered; where to, if a redirect is the answer that is judged."""
    where = answer.header(b"location") if answer.status // 100 == _REDIRECTION else ""
    return f"{answer}, to {shown(where)}, not followed" if where else str(answer)


async def _judged(heard: Heard, options: Options, wall: int) -> Seen:
    answer = heard.answer
    lowest, above = options.poll_http_status_healthy_above, options.poll_http_status_healthy_below
    if not lowest <= answer.status < above:
        good = f"{lowest} to {above - 1} are" if lowest < above - 1 else f"only {lowest} is"
        words = f"answered {answer}, where {good} healthy{_excerpt(answer)}"
        return Status.DEAD, Reason(f"status:{answer.status}", words)
    objection = await _objection(answer, options)
    if objection:
        return Status.DEAD, Reason("body", f"{objection}{_excerpt(answer)}")
    if heard.certificate is not None and not options.https_insecure:
        return _judged_certificate(heard.certificate, options, wall)
    return FINE


async def _objection(answer: Answer, options: Options) -> str:
    """Return what is wrong with the body of *answer*, '' for nothing."""
    if not options.wants_body:
        return ""
    encoding = answer.header(b"content-encoding").lower()
    if encoding not in {"", "identity"}:
        return f"the body is compressed ({quote(encoding.encode())}), which we did not ask for"
    if len(answer.body) > LONG_BODY:
        return await asyncio.to_thread(_mismatch, answer, options)
    return _mismatch(answer, options)


def _mismatch(answer: Answer, options: Options) -> str:
    """Return which pattern the body of *answer* has and should not, or lacks; '' for neither."""
    body = answer.body.decode("utf-8", errors="replace")
    where = f"the first {options.http_body_kib} KiB of the body" if answer.is_cut else "the body"
    good, bad = options.http_body_healthy_match, options.http_body_dead_match
    if bad and _compiled(bad).search(body):
        return f"{bad!r} was found in {where}"
    if good and not _compiled(good).search(body):
        return f"{good!r} was not found in {where}"
    return ""


def _judged_certificate(certificate: Certificate, options: Options, wall: int) -> Seen:
    days = (certificate.ends_at - wall) // DAY_MS
    if days >= options.https_certificate_sick_below_days:
        return FINE
    return Status.SICK, Reason(f"certificate_soon:{days}", str(certificate))


def _excerpt(answer: Answer) -> str:
    if not answer.body:
        return ""
    return f"; the body begins with {quote(answer.body, MOST_EXCERPT)}"


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> Any:
    settings = re2.Options()
    settings.log_errors = False
    return re2.compile(pattern, settings)


def _is_latin(text: str) -> bool:
    return all(character <= "\xff" for character in text)
