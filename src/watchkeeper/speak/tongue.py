"""Tongue: a channel of the plan with the code that speaks through its kind of service."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from watchkeeper.core.compose import Sender
from watchkeeper.core.message import Message
from watchkeeper.core.plan import Channel, Page
from watchkeeper.outside.outside import Outside

Send = Callable[[Message, object, Outside], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tongue:
    """How to speak on *channel*, in whose name, and at what pace."""

    installation: UUID
    page: Page
    channel: Channel
    send: Send
    pace_ms: tuple[int, ...] = ()

    def sender(self, target: str) -> Sender:
        """Return the sender of messages to *target*."""
        return Sender(
            installation=self.installation,
            channel=self.channel.key,
            target=target,
            page=self.page,
        )
