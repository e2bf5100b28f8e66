"""What the rig holds against reminders, on messages by hand."""

from rig.history import Received
from rig.reminders import complaints

INTERVAL = 3_000


def told(at: int, *alerts: str, kind: str = "reminder", is_over: bool = False) -> Received:
    """A message about *alerts*, each written as its name and when it opened, in seconds."""
    said = [
        {
            "alert": alert,
            "since": f"1970-01-01T00:00:{float(alert[1:]):06.3f}Z",
            "dead": [] if is_over else ["looked:a:api"],
        }
        for alert in alerts
    ]
    body = {"type": kind, "alerts": said}
    return Received(at, "first", "accept", taken=True, clear=True, body=body)


def wrong(*messages: Received) -> list[str]:
    return list(complaints(messages, INTERVAL))


def test_an_alert_is_reminded_of_after_each_interval() -> None:
    death, first = told(10, "a0", kind="changed"), told(3_005, "a0")
    assert not wrong(death, first, told(6_005, "a0"), told(9_005, "a0"))
    assert wrong(death, told(2_900, "a0"))
    assert wrong(death, first, told(5_900, "a0"))


def test_what_was_first_told_late_is_reminded_of_in_time() -> None:
    late = told(3_500, "a0", kind="changed")
    assert not wrong(late, told(3_520, "a0"), told(6_005, "a0"), told(9_005, "a0"))


def test_who_would_be_reminded_soon_goes_along_with_another() -> None:
    first, both = told(3_005, "a0"), told(4_605, "a0", "b1.6")
    assert not wrong(first, both, told(7_605, "a0", "b1.6"))
    assert not wrong(first, both, told(6_205, "a0", "b1.6", "c3.2"))
    assert wrong(first, both, told(7_505, "a0", "b1.6"))
    assert wrong(first, told(4_405, "a0", "b1.4", "c3.2"))


def test_two_reminders_in_one_message_were_not_due_together() -> None:
    waited = told(5_000, "a0", "b1.6")
    assert not wrong(waited, told(6_005, "a0"))


def test_nobody_is_reminded_of_an_alert_that_is_over() -> None:
    end = told(3_010, "a0", kind="changed", is_over=True)
    assert not wrong(told(3_005, "a0"), end)
    assert wrong(told(3_005, "a0"), end, told(6_005, "a0"))
