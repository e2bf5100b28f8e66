"""Badges: the general status as a small drawing, for other people's pages."""

from watchkeeper.core.status import Status
from watchkeeper.web.public.operator_files import ASSET, BADGE
from watchkeeper.web.public.served import Served

_SIZES = {"default": 20, "large": 42}
_CORNERS = {"icon": ' rx="4"', "color": ""}
_COLORS = {Status.HEALTHY: "#0EB033", Status.SICK: "#F18000", Status.DEAD: "#E10000"}
_SIGNS = {
    Status.HEALTHY: "M5.5 10.5l3 3 6-6.5",
    Status.SICK: "M10 5v6M10 14.5v.1",
    Status.DEAD: "M6.5 6.5l7 7M13.5 6.5l-7 7",
}


def name(kind: str, status: Status, size: str = "default") -> str:
    """Return the file's name of a badge of *kind*."""
    return f"{kind}-{status.word}-{size}.svg"


def drawing(kind: str, status: Status, size: str = "default") -> bytes:
    """Return a badge as an SVG: an `icon` with a sign in it, or a plain `color`."""
    pixels = _SIZES[size]
    sign = (
        f'<path d="{_SIGNS[status]}" fill="none" stroke="#fff" stroke-width="2.5"'
        ' stroke-linecap="round" stroke-linejoin="round"/>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{pixels}" height="{pixels}"'
        f' viewBox="0 0 20 20" role="img" aria-label="{status.word}">'
        f'<rect width="20" height="20"{_CORNERS[kind]} fill="{_COLORS[status]}"/>'
        f"{sign if kind == 'icon' else ''}</svg>\n"
    ).encode()


_ALL = [(kind, status, size) for kind in _CORNERS for status in _COLORS for size in _SIZES]
BUILT_IN = {name(*one): Served(drawing(*one), BADGE) for one in _ALL}
AS_FILES = {
    name(*one): Served(drawing(*one), (*ASSET, ("content-type", "image/svg+xml"))) for one in _ALL
}
