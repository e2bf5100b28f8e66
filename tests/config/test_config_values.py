from datetime import date
from typing import Annotated, Any

import pytest
from pydantic import Field, ValidationError

from watchkeeper.config.values import adapter, findings, is_secret
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url


def refusals(hint: Any, value: object) -> list[str]:
    with pytest.raises(ValidationError) as caught:
        adapter(hint).validate_python(value)
    found = findings(caught.value, value, ("key",), secret=is_secret(hint))
    return [f"{finding.path}: {finding.text}" for finding in found]


@pytest.mark.parametrize(
    ("hint", "value", "read"),
    [
        (int, "5", 5),
        (float, 1, 1.0),
        (float, "0.9", 0.9),
        (bool, "true", True),
        (str | None, None, None),
        (int | str, "7", "7"),
        (int | str, 7, 7),
        (Url, "https://Example.com", Url("https://example.com/")),
        (tuple[Url, ...], ["https://a"], (Url("https://a/"),)),
        (Secret, "x", Secret("x")),
        (Secret | None, "x", Secret("x")),
        (dict[str, Secret], {"a": "x"}, {"a": Secret("x")}),
    ],
)
def test_values_are_read_as_generously_as_the_ancestors_read_them(
    hint: Any, value: object, read: object
) -> None:
    assert adapter(hint).validate_python(value) == read


@pytest.mark.parametrize(
    ("hint", "value", "text"),
    [
        (int, True, "must be a whole number, not true"),
        (int, 5.0, "must be a whole number, not 5.0"),
        (float, True, "must be a number, not true"),
        (float, "x", "must be a number, not 'x'"),
        (float, "inf", "must be a finite number, not 'inf'"),
        (bool, 1, "must be true or false, not 1"),
        (dict[str, int], 5, "must be a table, not 5"),
        (Annotated[int, Field(gt=1)], 1, "must be more than 1, not 1"),
        (Annotated[int, Field(lt=1)], 1, "must be less than 1, not 1"),
        (Annotated[tuple[int, ...], Field(max_length=1)], [1, 2], "must have at most 1 items"),
        (Annotated[tuple[int, ...], Field(min_length=1)], [], "must have at least 1 items"),
        (date, "x", "is not valid: 'x'"),
    ],
)
def test_refusals_are_in_our_own_words(hint: Any, value: object, text: str) -> None:
    (refusal,) = refusals(hint, value)
    assert refusal.startswith(f"('key',): {text}")


def test_of_a_union_the_part_that_was_nearest_is_told() -> None:
    assert refusals(str | tuple[str, ...], ["a", 5]) == [
        "('key', 1): must be text in quotes, not 5"
    ]
    assert refusals(dict[str, str | tuple[str, ...]], {"a": 5}) == [
        "('key', 'a'): must be text in quotes, not 5"
    ]


def test_a_secret_is_not_quoted() -> None:
    assert refusals(Secret, 12345) == ["('key',): must be text in quotes"]
    assert refusals(tuple[Secret, ...], [12345]) == ["('key', 0): must be text in quotes"]


def test_a_check_refuses_in_its_own_words() -> None:
    def check(value: int) -> None:
        if value == 13:
            raise ValueError("brings bad luck")

    reader = adapter(int, check)
    assert reader.validate_python(12) == 12
    with pytest.raises(ValidationError) as caught:
        reader.validate_python(13)
    (finding,) = findings(caught.value, 13, (), secret=False)
    assert finding.text == "brings bad luck: 13"
