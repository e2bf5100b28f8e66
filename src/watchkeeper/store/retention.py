"""Retention: what is forgotten, a thousand rows at a time, and what never is.

What was told goes after 30 days. Transitions stay 400, because uptime is computed from them,
and so do the times in which we saw nothing, which are no part of it.
"""

from watchkeeper.core.moment import DAY_MS
from watchkeeper.store.cursor import Cursor

TOLD_MS = 30 * DAY_MS
TRANSITIONS_MS = 400 * DAY_MS
_AT_ONCE = 1_000


def forget_told(cursor: Cursor, page_no: int, before: int) -> int:
    """Delete notifications from before steady *before*; return how many went.

    Those of open alerts stay, those that a living lane has yet to tell, and the newest one:
    its number is where new lanes begin.
    """
    return cursor.run(
        "DELETE FROM notification WHERE no IN (SELECT n.no FROM notification n"
        " WHERE n.page_no = ? AND n.steady < ? AND n.no < (SELECT MAX(no) FROM notification)"
        " AND NOT EXISTS (SELECT 1 FROM alert a WHERE a.no = n.alert_no AND a.closed_at IS NULL)"
        " AND NOT EXISTS (SELECT 1 FROM lane l JOIN channel c ON c.no = l.channel_no"
        " WHERE c.page_no = n.page_no AND l.gone_at IS NULL AND l.told < n.no)"
        " ORDER BY n.no LIMIT ?)",
        (page_no, before, _AT_ONCE),
    )


def forget_deliveries(cursor: Cursor, before: int) -> int:
    """Delete the log of what was sent, and tried, before steady *before*; return how much."""
    deliveries = cursor.run(
        "DELETE FROM delivery WHERE no IN (SELECT d.no FROM delivery d WHERE d.steady < ?"
        " AND NOT EXISTS (SELECT 1 FROM notification n WHERE n.no BETWEEN d.first AND d.last)"
        " ORDER BY d.no LIMIT ?)",
        (before, _AT_ONCE),
    )
    attempts = cursor.run(
        "DELETE FROM attempt WHERE (lane_no, n) IN (SELECT lane_no, n FROM attempt"
        " WHERE steady < ? ORDER BY lane_no, n LIMIT ?)",
        (before, _AT_ONCE),
    )
    return deliveries + attempts


def forget_deeds(cursor: Cursor, before: int) -> int:
    """Delete what was written of people's deeds before steady *before*; return how much."""
    return cursor.run(
        "DELETE FROM audit WHERE no IN (SELECT no FROM audit WHERE steady < ? ORDER BY no LIMIT ?)",
        (before, _AT_ONCE),
    )


def forget_notices(cursor: Cursor, page_no: int) -> int:
    """Delete the oldest notices that were taken back, all but 1,000; return how many went."""
    return cursor.run(
        "DELETE FROM notice WHERE page_no = ? AND gone_at IS NOT NULL AND no <= (SELECT no"
        " FROM notice WHERE page_no = ? AND gone_at IS NOT NULL ORDER BY no DESC"
        " LIMIT 1 OFFSET ?)",
        (page_no, page_no, _AT_ONCE),
    )


def forget_alerts(cursor: Cursor, page_no: int) -> int:
    """Delete closed alerts of which nothing that was said is kept; return how many went."""
    rows = cursor.rows(
        "SELECT a.no FROM alert a WHERE a.page_no = ? AND a.closed_at IS NOT NULL AND NOT EXISTS"
        " (SELECT 1 FROM notification n WHERE n.alert_no = a.no) ORDER BY a.no LIMIT ?",
        (page_no, _AT_ONCE),
    )
    cursor.run_many("DELETE FROM alert_member WHERE alert_no = ?", rows)
    return cursor.run_many("DELETE FROM alert WHERE no = ?", rows)


def forget_transitions(cursor: Cursor, page_no: int, before: int) -> int:
    """Delete transitions from before steady *before*; return how many went.

    The last of each subject stays: it says what was so when the time that is kept began.
    """
    return cursor.run(
        "DELETE FROM transition WHERE no IN (SELECT t.no FROM transition t"
        " WHERE t.page_no = ? AND t.steady < ? AND EXISTS (SELECT 1 FROM transition n"
        " WHERE n.kind = t.kind AND n.subject_no = t.subject_no AND n.no > t.no AND n.steady < ?)"
        " ORDER BY t.no LIMIT ?)",
        (page_no, before, before, _AT_ONCE),
    )


def forget_blind(cursor: Cursor, page_no: int, before: int) -> int:
    """Delete times in which we saw nothing, written before steady *before*; return how many."""
    return cursor.run(
        "DELETE FROM blind WHERE no IN (SELECT no FROM blind WHERE page_no = ? AND steady < ?"
        " ORDER BY no LIMIT ?)",
        (page_no, before, _AT_ONCE),
    )
