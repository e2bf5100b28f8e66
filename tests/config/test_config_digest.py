from types import MappingProxyType

import pytest

from watchkeeper.config.digest import digest
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url


def test_equal_settings_have_equal_digests_in_any_order() -> None:
    assert digest({"a": 1, "b": (2,)}) == digest({"b": [2], "a": 1})
    assert digest(MappingProxyType({"a": frozenset({"x", "y"})})) == digest({"a": ["x", "y"]})


def test_different_settings_have_different_digests() -> None:
    values: list[object] = [{}, "", "a", 1, Url("https://a/"), Url("https://b/"), Secret("a")]
    assert len({digest(value) for value in values}) == len(values)


def test_a_type_that_cannot_be_compared_is_refused() -> None:
    with pytest.raises(TypeError, match="object is not a type of settings"):
        digest(object())
