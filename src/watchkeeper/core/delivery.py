"""How a try to deliver a message ends: it returns, or it raises one of these two.

DeliveryError
├── Refused        the receiver will not take it as it is: a person must change something
└── Unreachable    later may be better; *maybe* says that it may have been accepted
"""


class DeliveryError(Exception):
    """A message that did not arrive, as far as we know."""


class Refused(DeliveryError):
    """The receiver understood and declines (400, 401, 403, 404, 410)."""


class Unreachable(DeliveryError):
    """The receiver could not be asked, or did not answer as it should.

    *retry_after_ms* is what the receiver asked us to wait. *maybe* is False only when no
    byte of the message left, or the answer was 4xx or 503: then it was surely not taken.
    """

    def __init__(self, words: str, *, retry_after_ms: int = 0, maybe: bool = True) -> None:
        super().__init__(words)
        self.retry_after_ms = retry_after_ms
        self.maybe = maybe
