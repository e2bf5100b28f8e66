"""Digest: equal for equal settings, on every machine and in every process."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass

from watchkeeper.core.secret import Secret


def digest(value: object) -> str:
    """Return the SHA-256, in hexadecimal, of the settings in *value*; secrets stay out of it."""
    text = json.dumps(value, default=_plain, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, Secret):
        return value.digest()
    if isinstance(value, Mapping):
        return dict(value)
    if isinstance(value, frozenset):
        return sorted(value)
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} is not a type of settings that can be compared")
