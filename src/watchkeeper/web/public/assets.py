"""Assets: the files of the page, in memory; a path from outside never meets a file."""

import hashlib
import re
from importlib.resources import files

from watchkeeper.core.plan import Page
from watchkeeper.web.answer import NOT_FOUND, Fields, Refusal
from watchkeeper.web.public.rendition import Rendition

_STYLE: Fields = (
    ("content-type", "text/css; charset=utf-8"),
    ("cache-control", "public, max-age=31536000, immutable"),
)
_HEX = re.compile(r"#([0-9a-fA-F]{6})")
_SHORT_HEX = re.compile(r"#([0-9a-fA-F])([0-9a-fA-F])([0-9a-fA-F])")
_BRIGHT = 0.179  # from here on, black can be read better than white
_NEARLY_BLACK = 0.04045


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

    The text upon it is black or white, whichever can be read better.
    """
    short = _SHORT_HEX.fullmatch(color.strip())
    doubled = "#" + "".join(digit * 2 for digit in short.groups()) if short else color.strip()
    if not _HEX.fullmatch(doubled):
        return ""
    text = "#000" if luminance(doubled) > _BRIGHT else "#fff"
    return f":root {{ --brand: {doubled.lower()}; --on-brand: {text}; }}\n"


def luminance(color: str) -> float:
    """Return the relative luminance of `#rrggbb`, from 0 to 1, as WCAG 2 defines it."""
    channels = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (_linear(channel) for channel in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(channel: float) -> float:
    if channel <= _NEARLY_BLACK:
        return channel / 12.92
    return float(((channel + 0.055) / 1.055) ** 2.4)


def _packaged(name: str) -> str:
    return files("watchkeeper.web.public").joinpath("static", name).read_text("utf-8")


def _named(stem: str, text: str) -> tuple[str, Rendition]:
    body = text.encode()
    digest = hashlib.blake2b(body, digest_size=8).hexdigest()
    return f"{stem}-{digest}.css", Rendition(body, _STYLE)
