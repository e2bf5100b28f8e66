"""Outcome: what became of a report at the door."""

from enum import Enum, auto


class Outcome(Enum):
    """The door's answer to one report, given after the commit."""

    TAKEN = auto()
    FULL = auto()
    UNKNOWN = auto()
