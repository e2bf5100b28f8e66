import hashlib
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.core.secret import Secret

texts = st.text(st.characters(codec="utf-8"), max_size=8)


@dataclass(frozen=True, slots=True)
class Settings:
    token: Secret


def test_a_secret_does_not_print_itself() -> None:
    token = Secret("hunter2")
    shown = [str(token), repr(token), f"{token}", f"{token!r}", f"{[token]}", f"{Settings(token)}"]
    assert [text for text in shown if "hunter2" in text] == []
    assert str(token) == "***"


@given(texts)
def test_only_reveal_gives_the_text(text: str) -> None:
    assert Secret(text).reveal() == text


@given(texts, texts)
def test_a_secret_matches_its_text_alone(text: str, given: str) -> None:
    assert Secret(text).matches(given) is (text == given)


@given(texts, texts)
def test_secrets_are_equal_where_their_texts_are(one: str, other: str) -> None:
    assert (Secret(one) == Secret(other)) is (one == other)
    assert len({Secret(one), Secret(other)}) == len({one, other})


def test_a_secret_is_not_its_text() -> None:
    assert Secret("a") != "a"


def test_an_empty_secret_is_false() -> None:
    assert [bool(Secret("")), bool(Secret("0"))] == [False, True]


def test_what_may_be_kept_is_the_digest() -> None:
    assert Secret("é").digest() == hashlib.sha256("é".encode()).hexdigest()
