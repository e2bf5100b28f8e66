"""Sending: one try to send a message, up to the moment when its first byte leaves."""

from collections.abc import Awaitable, Callable

from watchkeeper.outside.answer import Answer


async def _nothing() -> None:
    pass


class Sending:
    """Awaits *before* as the very last thing before the first byte of a request.

    Names are resolved, the connection stands and is secured by then. When *before* raises,
    nothing is sent and its exception passes through. *left* says whether a byte left, also
    when the try was cancelled in the middle. *answer* is the last one that came, with
    *most_body* bytes of its body for who wants to read them.
    """

    def __init__(
        self, before: Callable[[], Awaitable[None]] = _nothing, most_body: int = 0
    ) -> None:
        self._before = before
        self.most_body = most_body
        self.answer: Answer | None = None
        self.left = False

    async def first_byte(self) -> None:
        """Do what must be done before the first byte; nothing before all later ones."""
        if self.left:
            return
        await self._before()
        self.left = True
