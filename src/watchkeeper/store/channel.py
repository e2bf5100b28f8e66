"""Channels: those of the page, and who speaks on each under which fence."""

from typing import NamedTuple

from watchkeeper.store.cursor import Cursor


class ChannelRow(NamedTuple):
    """A channel's row: who holds it, and under which fence."""

    no: int
    key: str
    kind: str
    hash: str
    holder: str
    fence: int
    quiet_until: int
    gone_at: int | None


def of_page(cursor: Cursor, page_no: int) -> list[ChannelRow]:
    """Return every channel of the page, gone ones too."""
    rows = cursor.rows(
        "SELECT no, key, kind, hash, holder, fence, quiet_until, gone_at FROM channel"
        " WHERE page_no = ? ORDER BY no",
        (page_no,),
    )
    return [ChannelRow(*row) for row in rows]


def add(cursor: Cursor, page_no: int, key: str, kind: str, digest: str) -> int:
    """Write a new channel that the file owns, or revive it; return its number."""
    row = cursor.one(
        "INSERT INTO channel (page_no, key, kind, owner, hash, holder, fence, quiet_until)"
        " VALUES (?, ?, ?, 'file', ?, '', 0, 0) ON CONFLICT (page_no, key) DO UPDATE SET"
        " kind = excluded.kind, hash = excluded.hash, quiet_until = 0, gone_at = NULL"
        " RETURNING no",
        (page_no, key, kind, digest),
    )
    return int(row[0])


def remove(cursor: Cursor, no: int, at: int) -> None:
    """Let a channel and its lanes go; their history stays."""
    cursor.run("UPDATE channel SET gone_at = ?, fence = fence + 1 WHERE no = ?", (at, no))
    cursor.run("UPDATE lane SET gone_at = ? WHERE channel_no = ? AND gone_at IS NULL", (at, no))


def take(cursor: Cursor, channel_no: int, holder: str, fence: int) -> bool:
    """Make *holder* speak for the channel from now on; return whether nobody else was faster."""
    taken = cursor.run(
        "UPDATE channel SET holder = ?, fence = fence + 1 WHERE no = ? AND fence = ?",
        (holder, channel_no, fence),
    )
    return taken > 0


def quiet(cursor: Cursor, channel_no: int, until: int) -> None:
    """Keep the whole channel quiet *until*, as its receiver asked."""
    cursor.run(
        "UPDATE channel SET quiet_until = ? WHERE no = ? AND quiet_until < ?",
        (until, channel_no, until),
    )


def cure(cursor: Cursor, channel_no: int) -> None:
    """Try the lanes of a channel at once: somebody changed how it is spoken to."""
    cursor.run(
        "UPDATE lane SET due = 0, fails = 0, refusals = 0, capped_until = 0, broken_at = NULL"
        " WHERE channel_no = ?",
        (channel_no,),
    )


def fence_and_quiet(cursor: Cursor, channel_no: int) -> tuple[int, int]:
    """Return the fence of the channel, and until when its receiver asked for quiet."""
    row = cursor.row("SELECT fence, quiet_until FROM channel WHERE no = ?", (channel_no,))
    fence, until = row or (-1, 0)
    return fence, until
