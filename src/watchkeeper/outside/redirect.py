"""Following redirects: a few, and never further than the first server could lead us itself."""

from dataclasses import replace
from urllib.parse import urljoin, urlsplit

from watchkeeper.core.url import Url
from watchkeeper.outside.addresses import Reach, is_private
from watchkeeper.outside.call import Call, Headers, Location, location_of, nothing
from watchkeeper.outside.connect import Connector
from watchkeeper.outside.exchange import Heard, exchange
from watchkeeper.outside.failure import BadAnswer, Forbidden, TooManyRedirects
from watchkeeper.outside.journey import Journey
from watchkeeper.outside.quote import cleaned
from watchkeeper.outside.session import Sessions

MOST_REDIRECTS = 5
_FOLLOWED = {"http", "https"}
_REDIRECTS = {301, 302, 303, 307, 308}
_KEEPING_THE_METHOD = {307, 308}
_WITHOUT_BODY = {"GET", "HEAD"}
_FOR_ANYONE = {"accept", "accept-language", "user-agent"}
_MOST_SHOWN = 200


async def exchange_on(
    connector: Connector, call: Call, journey: Journey, sessions: Sessions | None = None
) -> Heard:
    """Return the answer at the end of the redirects that *call* meets; raise Failure.

    Forbidden is raised for a redirect that policy does not follow.
    """
    for _ in range(MOST_REDIRECTS + 1):
        heard = await exchange(connector, call, journey, sessions=sessions)
        location = heard.answer.header(b"location")
        if heard.answer.status not in _REDIRECTS or not location:
            return heard
        where = shown(location)
        journey.note(f"{heard.answer}, to {where}")
        call = _next(call, heard, destination(call.target, location))
    raise TooManyRedirects(f"it redirects more than {MOST_REDIRECTS} times, last to {where}")


def shown(location: str) -> str:
    """Return *location* as it may be shown: short, harmless, and without its credentials."""
    return cleaned(str(Url(location)), _MOST_SHOWN)


def destination(here: Location, location: str) -> Location:
    """Return where *location* leads from *here*; raise BadAnswer or Forbidden."""
    where = shown(location)
    try:
        url = urljoin(f"{here.origin}{here.path}", location)
        target = location_of(url) if urlsplit(url).scheme in _FOLLOWED else None
    except ValueError as error:
        raise BadAnswer(f"it redirects to {where}, which is no URL: {error}") from error
    if target is None:
        raise Forbidden(f"it redirects to {where}: only http and https are followed")
    if target.authorization:
        raise Forbidden("it redirects to a URL with credentials in it: not followed")
    if here.is_secure and not target.is_secure:
        raise Forbidden(f"it redirects from https to {where}: not followed")
    return target


def _next(call: Call, heard: Heard, target: Location) -> Call:
    is_public = call.reach is Reach.PUBLIC or not is_private(heard.address)
    keeps = heard.answer.status in _KEEPING_THE_METHOD or call.method in _WITHOUT_BODY
    is_home = target.origin == call.target.origin
    if keeps and call.body and not is_home:
        raise Forbidden(f"it redirects our body to {target.origin}: not followed")
    return replace(
        call,
        target=replace(target, authorization=call.target.authorization) if is_home else target,
        method=call.method if keeps else "GET",
        body=call.body if keeps else b"",
        headers=call.headers if is_home else _for_anyone(call.headers),
        server_name=call.server_name if is_home else "",
        unseen=nothing,
        reach=Reach.PUBLIC if is_public else Reach.ANYWHERE,
    )


def _for_anyone(headers: Headers) -> Headers:
    return tuple((name, value) for name, value in headers if name.lower() in _FOR_ANYONE)
