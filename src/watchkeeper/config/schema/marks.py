"""Marks: what is said of a key beside its type; it makes validation, defaults and the reference.

node      a key of [metrics] that each node may set for itself
later     known, but not honoured in this version: named in one notice
idle      accepted without effect, for ever: named in one notice
secret    text that is masked wherever a secret is
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

NO_KEY: Mapping[str, Any] = MappingProxyType({"key": False})
"""The metadata of a field that is no key of the file."""


def about(doc: str, **marks: bool) -> dict[str, object]:
    """Return the metadata of a key: what it is for, and its marks."""
    return {"doc": doc, **marks}
