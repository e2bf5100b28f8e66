"""Kinds: the ways to look and to speak that this program has, as its config needs to know them.

Each is a frozen dataclass: a field is a key, its default the key's default. A key that Python
reserves is written with an underscore behind it. What a field's metadata may say:

    doc       what the key is for, in the words of the reference
    metric    True: the key also stands in [metrics], as the default of all nodes
    secret    True: the value is never shown, as with `Secret`
    target    True: each of its values is a target with a lane of its own, and `send` is
              called with settings that hold one of them
    daily_limit  True: each message is paid for, and a target gets so many a day and no more
    check     called with the value; raises ValueError with words for a person
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinds:
    """The `Options` of each probe by URL scheme, the `Settings` of each notifier by its kind.

    The options of scripts are those of the scheme `script`.
    """

    probes: Mapping[str, type[Any]] = field(default_factory=lambda: MappingProxyType({}))
    notifiers: Mapping[str, type[Any]] = field(default_factory=lambda: MappingProxyType({}))
