from string import Formatter

import pytest

from watchkeeper.core.facts import Kind
from watchkeeper.core.plan import Mode
from watchkeeper.core.status import Standing, Status
from watchkeeper.core.texts import ENGLISH


def fields(message_id: str) -> set[str]:
    return {field for _, field, _, _ in Formatter().parse(ENGLISH[message_id]) if field}


def test_no_text_is_empty() -> None:
    assert [key for key, text in ENGLISH.items() if not text.strip()] == []


def test_a_reason_is_filled_with_its_value_alone() -> None:
    reasons = [key for key in ENGLISH if key.startswith("reason.")]
    assert [key for key in reasons if fields(key) - {"value"}] == []


def test_a_note_is_about_a_kind_of_notification_and_names_its_channel_and_times_alone() -> None:
    notes = [key for key in ENGLISH if key.startswith("note.")]
    assert {key.removeprefix("note.") for key in notes} <= set(Kind)
    assert [key for key in notes if fields(key) - {"channel", "since", "until"}] == []


@pytest.mark.parametrize("mode", Mode)
def test_every_mode_has_words(mode: Mode) -> None:
    assert f"page.mode.{mode}" in ENGLISH


def test_every_status_and_standing_has_a_word() -> None:
    believed = [status.word for status in Status if status >= Status.HEALTHY]
    standing = [one.word for one in Standing if one is not Standing.HEARD]
    assert [word for word in (*believed, *standing) if f"page.word.{word}" not in ENGLISH] == []
