import pytest

from watchkeeper.core.reason import NONE, SILENT, Reason, words
from watchkeeper.core.texts import ENGLISH


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("refused", "refused"),
        ("timeout", "timed out"),
        ("name", "name not found"),
        ("certificate_expired", "certificate expired"),
        ("status:503", "status 503"),
        ("silent:60", "silent for 60 s"),
        ("certificate_soon:3", "certificate ends in 3 days"),
        ("certificate_soon:1", "certificate ends in 1 day"),
        ("certificate_soon:0", "certificate ends within a day"),
        ("", ""),
        ("never written", "never written"),
        ("never_written:5", "never_written:5"),
        ("status:{value}", "status {value}"),
        ("status:5:3", "status 5:3"),
    ],
)
def test_a_code_becomes_plain_words(code: str, said: str) -> None:
    assert words(code) == said


def test_another_language_is_another_mapping() -> None:
    assert words("status:503", {"reason.status": "Antwort {value}"}) == "Antwort 503"


def test_every_reason_can_be_said() -> None:
    codes = [key.removeprefix("reason.") for key in ENGLISH if key.startswith("reason.")]
    assert [code for code in codes if "{" in words(f"{code}:7")] == []
    assert SILENT in codes


def test_the_detail_is_never_in_the_words() -> None:
    reason = Reason("refused", "10.0.0.7:5432")
    assert reason.detail not in words(reason.code)
    assert Reason("", "") == NONE
