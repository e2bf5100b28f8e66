"""Fitting: texts made to fit, never cut inside a character or an escape, and saying so."""

from bisect import bisect_right
from collections.abc import Callable, Sequence

from watchkeeper.core import texts

CUT = "[..]"
"""What ends a text that was cut, in letters that even a text message has."""

Size = Callable[[str], int]


def in_bytes(text: str) -> int:
    """Return how long *text* is in UTF-8."""
    return len(text.encode(errors="replace"))


def in_utf16(text: str) -> int:
    """Return how long *text* is in the units of UTF-16."""
    return len(text.encode("utf-16-le", errors="replace")) // 2


def cut(text: str, room: int, size: Size = len) -> str:
    """Return *text*, or as many of its first characters as fit into *room* with a mark."""
    if size(text) <= room:
        return text
    most = room - size(CUT)
    fitting = bisect_right(range(len(text) + 1), most, key=lambda n: size(text[:n])) - 1
    return text[: max(fitting, 0)] + CUT


def listed(parts: Sequence[str], room: int, *, between: str = ", ", size: Size = len) -> str:
    """Return *parts* joined, as many as *room* has place for, and how many more there are.

    A part is said whole or not at all, so that what is escaped in it stays so. Where not even
    the first one fits, all are counted.
    """
    whole = between.join(parts)
    if size(whole) <= room:
        return whole
    left = room - size(_more(len(parts)))
    if size(parts[0]) + size(between) > left:
        return texts.ENGLISH["names.all"].format(count=len(parts))
    for count, part in enumerate(parts):
        left -= size(part) + size(between)
        if left < 0:
            return between.join([*parts[:count], _more(len(parts) - count)])
    return whole


def _more(count: int) -> str:
    return texts.ENGLISH["names.more"].format(count=count)
