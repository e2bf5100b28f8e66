"""Announcements: what people write for the public, and when the public sees it."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_TITLE_BYTES = 1_000
MOST_TEXT_BYTES = 50_000
_FIRST, _LAST = float("-inf"), float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """A text for the public, written at *at*; all times are wall milliseconds.

    It is shown from *starts_at*, at once where that is None, until *expires_at*, for good
    where that is None.
    """

    id: str
    title: str
    text: str
    at: int
    starts_at: int | None = None
    expires_at: int | None = None

    @property
    def shown_from(self) -> int:
        """Return since when it may be seen: what the public reads as its date."""
        return self.at if self.starts_at is None else self.starts_at

    def is_over(self, at: int) -> bool:
        """Return whether it is no longer shown at the wall time *at*."""
        return self.expires_at is not None and self.expires_at <= at

    def is_shown(self, at: int) -> bool:
        """Return whether the public sees it at the wall time *at*."""
        return not self.is_over(at) and (self.starts_at is None or self.starts_at <= at)


@dataclass(frozen=True, slots=True)
class Display:
    """The announcements that are *shown*, the newest first, and between which wall times."""

    shown: tuple[Announcement, ...] = ()
    since_at: float = _FIRST
    until_at: float = _LAST

    def holds(self, at: int) -> bool:
        """Return whether the same ones are shown at the wall time *at*."""
        return self.since_at <= at < self.until_at


def display(announcements: Sequence[Announcement], at: int) -> Display:
    """Return which of *announcements*, in the order of writing, are shown at *at*."""
    turns = [
        turn
        for one in announcements
        for turn in (one.starts_at, one.expires_at)
        if turn is not None
    ]
    return Display(
        tuple(one for one in reversed(announcements) if one.is_shown(at)),
        max((turn for turn in turns if turn <= at), default=_FIRST),
        min((turn for turn in turns if turn > at), default=_LAST),
    )
