"""Meta: what the installation is called, and where its steady clock stood."""

from uuid import UUID, uuid4

from watchkeeper.core.steady import ClockMark
from watchkeeper.store.cursor import Cursor

_PAGE_KEY = "main"


def installation(cursor: Cursor) -> UUID:
    """Return the name of this installation, which it is given at its first start."""
    cursor.run(
        "INSERT INTO meta (key, value) VALUES ('installation', ?) ON CONFLICT (key) DO NOTHING",
        (str(uuid4()),),
    )
    row = cursor.one("SELECT value FROM meta WHERE key = 'installation'")
    return UUID(row[0])


def page_no(cursor: Cursor, wall: int) -> int:
    """Return the number of the page's row, which is made at the first start."""
    cursor.run(
        "INSERT INTO page (key, revision, steady, hears_since, status, since_at, plan_hash,"
        " is_reconciled, alert_on, trouble_from, muted_until, gathers_until)"
        " VALUES (?, 0, 0, 0, 0, ?, '', 0, 'page', 2, 0, 0)"
        " ON CONFLICT (key) DO NOTHING",
        (_PAGE_KEY, wall),
    )
    row = cursor.one("SELECT no FROM page WHERE key = ?", (_PAGE_KEY,))
    return int(row[0])


def save_clock(cursor: Cursor, mark: ClockMark) -> None:
    """Remember where the clocks stand under this boot of the machine."""
    cursor.run(
        "INSERT INTO meta (key, value) VALUES (?, ?) "
        "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        (f"clock:{mark.boot_id}", f"{mark.steady} {mark.boottime} {mark.wall}"),
    )


def clocks(cursor: Cursor) -> list[ClockMark]:
    """Return where the clocks stood under each boot that is remembered."""
    rows = cursor.rows("SELECT key, value FROM meta WHERE key LIKE 'clock:%'")
    return [
        ClockMark(key.partition(":")[2], *(int(part) for part in value.split()))
        for key, value in rows
    ]


def forget_clocks(cursor: Cursor, most: int) -> None:
    """Forget all boots but the *most* newest."""
    oldest = sorted(clocks(cursor), key=lambda mark: mark.steady, reverse=True)[most:]
    cursor.run_many(
        "DELETE FROM meta WHERE key = ?", [(f"clock:{mark.boot_id}",) for mark in oldest]
    )
