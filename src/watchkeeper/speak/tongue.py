"""Tongue: how to speak to one target, with the code for its kind of service."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from watchkeeper.core.compose import Sender
from watchkeeper.core.hearing import Hearing
from watchkeeper.core.message import Message
from watchkeeper.core.pace import AT_ONCE, Pace
from watchkeeper.outside.outside import Outside

Send = Callable[[Message, object, Outside], Awaitable[None]]


class LaneName(NamedTuple):
    """The keys of a lane: of its channel, and of the target in it."""

    channel: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """How to speak to one target, in whose name, of what, and at what pace.

    *settings* are those of its channel, with this target alone in them.
    """

    sender: Sender
    hearing: Hearing
    settings: object
    send: Send
    pace: Pace = AT_ONCE


Tongues = Mapping[LaneName, Tongue]
