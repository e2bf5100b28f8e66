"""Isolation: whether it is our own network that fails. Pure."""

from collections.abc import Sequence

_FEWEST = 2


def is_cut_off(answers: Sequence[bool]) -> bool:
    """Return whether so few anchors answer that nothing outside can be reached from here.

    Two thirds of them must be silent, and at least two: a single one may be dead itself.
    """
    silent = answers.count(False)
    return silent >= _FEWEST and silent * 3 >= len(answers) * 2
