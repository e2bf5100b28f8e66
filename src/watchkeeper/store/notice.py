"""Notices: what people wrote for the public; gone ones stay for a while, for followers."""

from collections.abc import Sequence
from dataclasses import dataclass

from watchkeeper.core.announcement import Announcement
from watchkeeper.store.cursor import Cursor, Row

_KIND = "announcement"
_PUBLISHED = "published"
_COLUMNS = "no, gone_at, id, title, text, at, starts_at, expires_at"


@dataclass(frozen=True, slots=True)
class Notice:
    """A row: an announcement, or one that was taken back at the wall time *gone_at*."""

    no: int
    gone_at: int | None
    announcement: Announcement


def changed(cursor: Cursor, page_no: int, after: int) -> list[Notice]:
    """Return the notices that changed after revision *after*, in the order of writing."""
    rows = cursor.rows(
        f"SELECT {_COLUMNS} FROM notice WHERE page_no = ? AND revision > ? ORDER BY no",
        (page_no, after),
    )
    return [_notice(row) for row in rows]


def living(cursor: Cursor, page_no: int) -> list[Notice]:
    """Return the notices that nobody took back, in the order of writing."""
    rows = cursor.rows(
        f"SELECT {_COLUMNS} FROM notice WHERE page_no = ? AND gone_at IS NULL ORDER BY no",
        (page_no,),
    )
    return [_notice(row) for row in rows]


def is_known(cursor: Cursor, identity: str) -> bool:
    """Return whether there is, or was, a notice with this id."""
    return cursor.row("SELECT 1 FROM notice WHERE id = ?", (identity,)) is not None


def insert(cursor: Cursor, page_no: int, new: Announcement, revision: int) -> None:
    """Write a new announcement."""
    cursor.run(
        "INSERT INTO notice (id, page_no, kind, title, text, state, at, starts_at, expires_at,"
        " revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            new.id,
            page_no,
            _KIND,
            new.title,
            new.text,
            _PUBLISHED,
            new.at,
            new.starts_at,
            new.expires_at,
            revision,
        ),
    )


def take_back(cursor: Cursor, gone: Sequence[Notice], at: int, revision: int) -> None:
    """Let notices go at the wall time *at*; followers see it at *revision*."""
    cursor.run_many(
        "UPDATE notice SET gone_at = ?, revision = ? WHERE no = ?",
        [(at, revision, one.no) for one in gone],
    )


def _notice(row: Row) -> Notice:
    no, gone_at, identity, title, text, at, starts_at, expires_at = row
    return Notice(
        no,
        gone_at,
        Announcement(
            id=identity, title=title, text=text, at=at, starts_at=starts_at, expires_at=expires_at
        ),
    )
