"""The channels of Vigil's file that this version cannot speak through yet.

They are checked, and named in a notice, so that nothing is dropped in silence. A kind that
the program brings itself takes the place of the one here, which may then be deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from watchkeeper.config.schema import about
from watchkeeper.core.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Xmpp:
    """A chat message."""

    to: str = field(metadata=about("who gets the message"))
    from_: str = field(metadata=about("who sends it"))
    xmpp_password: Secret = field(metadata=about("the sender's password"))


LATER: Mapping[str, type[Any]] = MappingProxyType({"xmpp": Xmpp})
