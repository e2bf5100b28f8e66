"""Stamp: a wall time as the page shows it, for machines and for people."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Stamp:
    """A wall time: for machines, and in few words for people."""

    iso: str
    text: str


def stamp(at: int, *, has_year: bool = False) -> Stamp:
    """Return the wall time *at*, milliseconds since 1970, as people read it: in UTC.

    It *has_year* where it may be long ago.
    """
    when = datetime.fromtimestamp(at / 1000, UTC)
    month = f"{when:%b} {when.year}" if has_year else f"{when:%b}"
    return Stamp(when.strftime("%Y-%m-%dT%H:%M:%SZ"), f"{when.day} {month}, {when:%H:%M} UTC")
