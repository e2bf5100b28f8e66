"""Source: the text of a file, and the tree of tables that it spells."""

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from watchkeeper.config.problems import refusal

Tree = Mapping[str, Any]
"""The tables of a file, or a part of them, as TOML gives them."""

MOST_BYTES = 10_000_000
MOST_NODES = MOST_SERVICES = 20_000

_KEYS = re.compile(r"\('[^()]*\)")
_KEY = re.compile(r"'([^']*)'")
_PLACE = re.compile(r" \(at (?:line (?P<line>\d+), column \d+|end of document)\)$")
_WAYS_OUT = {
    "Invalid value": "; text stands in quotes",
    "Cannot overwrite a value": "; the same key stands above",
    "Illegal character '\\n'": "; close the quote in its own line",
    "Unescaped '\\'": "; double each backslash, or use single quotes",
}
"""What to do about the mistakes that people make, by how tomllib begins to speak of them."""


def read_text(path: Path) -> str:
    """Return the text of the file at *path*; raise BadConfig when there is none to be had."""
    try:
        content = _read(path)
    except FileNotFoundError:
        raise refusal(
            str(path), "does not exist; name yours: serve -c FILE, or check FILE"
        ) from None
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise refusal(str(path), f"cannot be read: {reason}") from error
    if content is None:
        raise refusal(str(path), "is not a regular file")
    if len(content) > MOST_BYTES:
        raise refusal(str(path), f"is larger than {MOST_BYTES // 1_000_000} MB")
    return _decode(content, str(path))


def parse(text: str, file: str) -> dict[str, Any]:
    """Return the tables of *text*; raise BadConfig when it is not TOML."""
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _syntax(str(error), text, file) from None
    except ValueError:
        raise refusal(file, "has a number with too many digits") from None
    services = tables(tree, "probe", "service")
    nodes = sum(len(tables(service, "node")) for _, service in services)
    if len(services) > MOST_SERVICES:
        raise refusal(file, f"has {len(services)} services, and {MOST_SERVICES} are the most")
    if nodes > MOST_NODES:
        raise refusal(file, f"has {nodes} nodes, and {MOST_NODES} are the most")
    return tree


def tables(tree: Any, *keys: str) -> list[tuple[int, dict[str, Any]]]:
    """Return the tables of the list at *keys*, with their index, whatever else is there."""
    for key in keys:
        tree = tree.get(key) if isinstance(tree, dict) else None
    items = tree if isinstance(tree, list) else []
    return [(index, item) for index, item in enumerate(items) if isinstance(item, dict)]


def _read(path: Path) -> bytes | None:
    """Return what stands in the file at *path*, None where there is no end to wait for."""
    with open(path, "rb", opener=_open_at_once) as file:
        is_regular = stat.S_ISREG(os.fstat(file.fileno()).st_mode)
        return file.read(MOST_BYTES + 1) if is_regular else None


def _open_at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_NOCTTY)


def _decode(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise refusal(file, f"is not UTF-8: byte 0x{byte:02x}; save it as UTF-8", line) from None


def _syntax(message: str, text: str, file: str) -> Exception:
    place = _PLACE.search(message)
    words = message[: place.start()] if place else message
    words = _KEYS.sub(lambda keys: f"[{'.'.join(_KEY.findall(keys[0]))}]", words)
    way_out = next((way for begin, way in _WAYS_OUT.items() if words.startswith(begin)), "")
    line = int(place["line"]) if place and place["line"] else len(text.splitlines())
    return refusal(file, f"is not TOML: {words[:1].lower()}{words[1:]}{way_out}", line)
