"""The operator's own files: `assets.path`, with Vigil's folders; nothing beside it is read."""

import asyncio
import os
import stat
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from watchkeeper.web.answer import Fields
from watchkeeper.web.public.served import Served

MOST_BYTES = 4 * 1024 * 1024
_MOST_KEPT = 16
_READERS = 2
_OCTETS = "application/octet-stream"
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".eot": "application/vnd.ms-fontobject",
    ".gif": "image/gif",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".otf": "font/otf",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".ttf": "font/ttf",
    ".txt": "text/plain; charset=utf-8",
    ".webp": "image/webp",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
}
# A file may be opened by itself: it runs nothing, also where it is a drawing or a page.
_ALONE: Fields = (
    (
        "content-security-policy",
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:; sandbox",
    ),
    ("cross-origin-resource-policy", "cross-origin"),
)
ASSET: Fields = (*_ALONE, ("cache-control", "public, max-age=3600"))
BADGE: Fields = (*_ALONE, ("cache-control", "no-cache"), ("content-type", "image/svg+xml"))

_Find = Callable[[Path, tuple[str, ...]], Served | None]


class OperatorFiles:
    """Finds files below *root*, the folder that the newest config names."""

    def __init__(self, root: Callable[[], Path]) -> None:
        self._root = root
        # A disk that hangs keeps these threads, and nobody else's.
        self._threads = ThreadPoolExecutor(_READERS, "files")

    async def asset(self, *parts: str) -> Served | None:
        """Return the file at *parts*, to be kept by caches for an hour; None without one."""
        return await self._look_for(_asset, parts)

    async def badge(self, name: str) -> Served | None:
        """Return the badge *name*, which no cache keeps unasked; None without one."""
        parts = ("images", "badges", name)
        return await self._look_for(_badge, parts)

    async def _look_for(self, find: _Find, parts: tuple[str, ...]) -> Served | None:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, find, self._root(), parts)


def confined(root: Path, parts: Sequence[str]) -> Path | None:
    """Return the path of *parts* below *root*; None where it leads out, or to what is hidden."""
    if any(part.startswith(".") or "/" in part or "\0" in part for part in parts):
        return None
    try:
        base = root.resolve(strict=True)
        path = base.joinpath(*parts).resolve(strict=True)
    except (OSError, RuntimeError):  # not there, or links in a circle
        return None
    return path if path.is_relative_to(base) else None


def disposition(name: str) -> str:
    """Return the value of `Content-Disposition` for a file called *name*."""
    kind = "attachment" if media_type(name).startswith(("font/", "application/vnd")) else "inline"
    if name.isascii() and name.isprintable() and not set(name) & set('"\\'):
        return f'{kind}; filename="{name}"'
    return f"{kind}; filename*=UTF-8''{quote(name, safe='')}"


def media_type(name: str) -> str:
    """Return the type of a file, by the end of its *name*."""
    return _TYPES.get(Path(name).suffix.lower(), _OCTETS)


def _asset(root: Path, parts: tuple[str, ...]) -> Served | None:
    name = parts[-1]
    named = (("content-type", media_type(name)), ("content-disposition", disposition(name)))
    return _find(root, parts, (*ASSET, *named), is_dated=True)


def _badge(root: Path, parts: tuple[str, ...]) -> Served | None:
    """A badge has no date: browsers would keep that of an older status."""
    return _find(root, parts, BADGE, is_dated=False)


def _find(root: Path, parts: tuple[str, ...], fields: Fields, *, is_dated: bool) -> Served | None:
    path = confined(root, parts)
    if path is None:
        return None
    try:
        about = path.stat()
        if not stat.S_ISREG(about.st_mode) or about.st_size > MOST_BYTES:
            return None
        version = (about.st_ino, about.st_size, about.st_mtime_ns)
        return _read(path, version, fields, int(about.st_mtime) if is_dated else None)
    except OSError:
        return None


@lru_cache(maxsize=_MOST_KEPT)
def _read(path: Path, version: tuple[int, ...], fields: Fields, modified_s: int | None) -> Served:
    """Return the file as of *version*, kept: many who read slowly share the same bytes."""
    del version
    opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with os.fdopen(opened, "rb") as file:
        return Served(file.read(MOST_BYTES), fields, modified_s)
