"""Forms: what the values of a file may be, each as a type with its bounds."""

import re
from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator, Field

from watchkeeper.core.url import Url

MOST_ID_BYTES = 512
YEAR_S = 31_536_000

_UNSEEN = re.compile(r"[\x00-\x1f\x7f]")


def one_line(text: str) -> str:
    """Return *text*; raise ValueError when it holds characters that no line can show."""
    if _UNSEEN.search(text):
        raise ValueError("must not hold control characters")
    return text


def in_one_line(text: str) -> str:
    """Return *text* with a space for each character that no line can show, none at its ends."""
    return _UNSEEN.sub(" ", text.strip("\t\r\n"))


def at_most_a_year(seconds: int) -> int:
    """Return *seconds*, a year for more: files say huge numbers where they mean never."""
    return min(seconds, YEAR_S)


def web(url: Url) -> None:
    """Raise ValueError when *url* leads to no web server."""
    if not url.text.startswith(("http://", "https://")):
        raise ValueError("must begin with http:// or https://")


def identifier(text: str) -> str:
    """Return *text*; raise ValueError when it is too long to be an id."""
    if len(text.encode()) > MOST_ID_BYTES:
        raise ValueError(f"must be at most {MOST_ID_BYTES} bytes long")
    return one_line(text)


def network(text: str) -> str:
    """Return *text*; raise ValueError when it is neither an address nor a network of them."""
    try:
        ip_network(text)
    except ValueError:
        words = "must be an address or a network, such as 169.254.169.254 or 169.254.8.0/24"
        raise ValueError(words) from None
    return text


Seconds = Annotated[int, Field(ge=1), AfterValidator(at_most_a_year)]
PaceSeconds = Annotated[int, Field(ge=1, le=600)]
Latency = Annotated[int, Field(ge=0), AfterValidator(at_most_a_year)]
Milliseconds = Annotated[int, Field(ge=0, le=3_600_000)]
Retries = Annotated[int, Field(ge=0, le=1_000)]
Positive = Annotated[int, Field(ge=1, le=65_535)]
Natural = Annotated[int, Field(ge=0)]
Share = Annotated[float, Field(ge=0)]
OneLine = Annotated[str, AfterValidator(one_line)]
Label = Annotated[str, AfterValidator(in_one_line)]
Id = Annotated[str, AfterValidator(identifier)]
Cidr = Annotated[str, AfterValidator(network)]
