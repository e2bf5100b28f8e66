"""Reminding: which open alerts are spoken of again, and saying it behind the gate."""

from watchkeeper.core import facts
from watchkeeper.core.moment import Moment
from watchkeeper.core.reminder import Reminding, next_due, remind, to_remind
from watchkeeper.store import alert, gate, notification, trouble
from watchkeeper.store.cursor import Cursor, Undo
from watchkeeper.store.notification import AlertRow


def first_due(cursor: Cursor, page_no: int, policy: Reminding) -> int | None:
    """Return the steady moment of the next reminder, None while no alert is open."""
    muted_until = gate.read(cursor, page_no).muted_until
    return next_due(alert.without_members(cursor, page_no), policy, muted_until)


def say_reminders(cursor: Cursor, page_no: int, policy: Reminding, now: Moment) -> None:
    """Write, behind the gate, the reminders that are due; another worker's are not any more."""
    page = gate.enter(cursor, page_no, now.steady)
    at_gate = now.moved_to(page.steady)
    alerts = alert.without_members(cursor, page_no)
    due = to_remind(alerts, policy, page.steady, page.muted_until)
    if not due:
        raise Undo(None)
    status = trouble.said_status(cursor, page_no)
    reminded = {no: remind(alerts[no], at_gate) for no in due}
    alert.save(cursor, reminded.items(), at_gate.at)
    said = [
        (
            facts.of_reminder(one, status, at_gate, escalates=policy.escalates),
            AlertRow(no, one.seq),
        )
        for no, one in reminded.items()
    ]
    notification.insert_all(cursor, page_no, said)
