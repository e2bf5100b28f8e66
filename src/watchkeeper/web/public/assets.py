"""Assets: the files of the page, in memory; a path from outside never meets a file."""

import hashlib
import re
from importlib.resources import files
from typing import NamedTuple

from watchkeeper.core.plan import Page
from watchkeeper.web.answer import NOT_FOUND, Fields, Refusal
from watchkeeper.web.public.rendition import Rendition

_STYLE: Fields = (
    ("content-type", "text/css; charset=utf-8"),
    ("cache-control", "public, max-age=31536000, immutable"),
)
READABLE = 4.5  # the contrast that WCAG 2 asks for at level AA
_NEARLY_READABLE = 3.0
_NEARLY_BLACK = 0.04045
_DARKER = 0.97
_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
_SHORT = len("#rgb")


class Rgb(NamedTuple):
    """A colour; each channel is 0 to 255."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        return f"#{bytes(self).hex()}"


_WHITE = Rgb(255, 255, 255)
_BLACK = Rgb(0, 0, 0)


class Assets:
    """Files by name; each name holds the hash of what is in the file."""

    def __init__(self) -> None:
        self.style, rendition = _named("page", _packaged("page.css"))
        self._fixed = {self.style: rendition}
        self._brand: dict[str, Rendition] = {}

    def brand(self, page: Page) -> str:
        """Return the name of the style sheet with the colours of *page*."""
        name, rendition = _named("brand", brand_style(page.logo_color))
        self._brand = {name: rendition}
        return name

    def get(self, name: str) -> Rendition:
        """Return the file *name*; raise Refusal (404) when there is none."""
        rendition = self._fixed.get(name) or self._brand.get(name)
        if rendition is None:
            raise Refusal(NOT_FOUND)
        return rendition


def brand_style(color: str) -> str:
    """Return a style sheet that sets the colour of the brand, empty where it is not a hex one.

    A button in that colour has white text where that can be read, after some darkening if
    need be, and black text upon bright colours.
    """
    brand = _rgb(color.strip())
    if brand is None:
        return ""
    text, button = _BLACK, brand
    if contrast(_WHITE, brand) >= _NEARLY_READABLE:
        text = _WHITE
        while contrast(text, button) < READABLE:
            button = Rgb(*(int(channel * _DARKER) for channel in button))
    return f":root {{ --brand: {brand}; --button: {button}; --on-button: {text}; }}\n"


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast of two colours, from 1 to 21, as WCAG 2 defines it."""
    darker, brighter = sorted((_luminance(one), _luminance(other)))
    return (brighter + 0.05) / (darker + 0.05)


def _luminance(color: Rgb) -> float:
    red, green, blue = (_linear(channel / 255) for channel in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    if channel <= _NEARLY_BLACK:
        return channel / 12.92
    return float(((channel + 0.055) / 1.055) ** 2.4)


def _rgb(color: str) -> Rgb | None:
    if not _HEX.fullmatch(color):
        return None
    digits = color[1:] if len(color) > _SHORT else "".join(digit * 2 for digit in color[1:])
    return Rgb(*bytes.fromhex(digits))


def _packaged(name: str) -> str:
    return files("watchkeeper.web.public").joinpath("static", name).read_text("utf-8")


def _named(stem: str, text: str) -> tuple[str, Rendition]:
    body = text.encode()
    digest = hashlib.blake2b(body, digest_size=8).hexdigest()
    return f"{stem}-{digest}.css", Rendition(body, _STYLE)
