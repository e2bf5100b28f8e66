"""Steady time: where it goes on after a start, so that nothing is due twice or forgotten."""

from collections.abc import Sequence
from typing import NamedTuple


class ClockMark(NamedTuple):
    """A moment in all three times, milliseconds, seen under one boot of a machine."""

    boot_id: str
    steady: int
    boottime: int
    wall: int


def resume(now: ClockMark, kept: Sequence[ClockMark], page_steady: int, *, others: bool) -> int:
    """Return the steady moment that *now* is; its own steady is not looked at.

    Under a boot that is known the time that passed is known exactly. Else the newest moment
    that anybody saw is right while *others* live who move it on; else the wall tells what
    passed since then, and never that time went back.
    """
    seen = max((page_steady, *(mark.steady for mark in kept)))
    same = [mark for mark in kept if mark.boot_id == now.boot_id]
    if same:
        mark = max(same, key=lambda mark: mark.boottime)
        return max(seen, mark.steady + now.boottime - mark.boottime)
    if others or not kept:
        return seen
    newest = max(kept, key=lambda mark: mark.steady)
    return max(seen, newest.steady + max(0, now.wall - newest.wall))
