import pytest

from watchkeeper.watch.lateness import Lateness


def test_only_what_begins_a_second_late_is_late() -> None:
    lateness = Lateness()
    assert lateness.begun(999) == ""
    assert lateness.begun(1_500) == "we were late: it began 1.5 s after its time\n"
    assert lateness.late == 1


def test_it_is_told_once_a_minute_and_only_when_there_is_something(
    caplog: pytest.LogCaptureFixture,
) -> None:
    lateness = Lateness()
    lateness.tell(0)
    lateness.begun(2_000)
    lateness.begun(31_000)
    lateness.tell(59_999)
    assert caplog.messages == []
    lateness.tell(60_000)
    lateness.tell(120_000)
    assert [text[:46] for text in caplog.messages] == [
        "looks that began late: 2, by 31.0 s at most; t",
    ]
