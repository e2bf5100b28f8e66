"""Sending: one try to send a message, up to the moment when its first byte leaves."""

from collections.abc import Awaitable, Callable


async def _nothing() -> None:
    pass


class Sending:
    """Awaits *before* as the very last thing before the first byte of a request.

    Names are resolved, the connection stands and is secured by then. When *before* raises,
    nothing is sent and its exception passes through. *left* says whether a byte left, also
    when the try was cancelled in the middle.
    """

    def __init__(self, before: Callable[[], Awaitable[None]] = _nothing) -> None:
        self._before = before
        self.left = False

    async def first_byte(self) -> None:
        """Do what must be done before the first byte; nothing before all later ones."""
        if self.left:
            return
        await self._before()
        self.left = True
