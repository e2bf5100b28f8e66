"""Status and standing: what is believed of a subject, and what stands behind it."""

from collections.abc import Iterable
from enum import IntEnum


class Status(IntEnum):
    """How well a subject does; the order is the severity.

    The two negative values are only ever said by a source, never believed of a subject.
    """

    BLIND = -2
    UNDECIDED = -1
    HEALTHY = 0
    SICK = 1
    DEAD = 2

    @property
    def word(self) -> str:
        """Return the lower-case word, as the ancestors print it."""
        return self.name.lower()


class Standing(IntEnum):
    """What stands behind a status: a voice, nobody yet, or nobody who can know."""

    HEARD = 0
    PENDING = 1
    BLIND = 2

    @property
    def word(self) -> str:
        """Return the lower-case word."""
        return self.name.lower()


def worst(statuses: Iterable[Status]) -> Status:
    """Return the most severe of *statuses*, healthy where there are none."""
    return max(statuses, default=Status.HEALTHY)


def ancestral(status: Status, standing: Standing) -> Status:
    """Return the one of the ancestors' three words that a client of theirs is told."""
    if standing is Standing.PENDING:
        return Status.HEALTHY
    if standing is Standing.BLIND:
        return max(status, Status.SICK)
    return status
