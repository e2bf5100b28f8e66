"""Sighting: the last word of one source on one replica, and how a report changes it."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from watchkeeper.core.moment import DAY_MS
from watchkeeper.core.reason import SILENT, Reason
from watchkeeper.core.report import UNKNOWN, Report, Source
from watchkeeper.core.status import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """What *source* last said. Fields are those of `Report`.

    *streak* counts the looks in a row that contradict *status*.
    """

    source: Source
    status: Status = Status.UNDECIDED
    streak: int = 0
    reason_code: str = ""
    seq: int = UNKNOWN
    heard: int = 0
    valid_ms: int = 0
    cpu: int = UNKNOWN
    ram: int = UNKNOWN

    @property
    def is_silent(self) -> bool:
        """Return whether the source broke its last promise."""
        return self.reason_code == SILENT

    @property
    def speaks(self) -> bool:
        """Return whether the source says something that counts in a verdict."""
        return self.status >= Status.HEALTHY and not self.is_silent


@dataclass(frozen=True, slots=True)
class Confirm:
    """How many looks in a row it takes to believe a death, and to believe its end."""

    dead: int = 1
    healthy: int = 1


def observe(last: Sighting | None, report: Report, confirm: Confirm) -> Sighting | None:
    """Return the sighting after *report*, or None where the report is old news."""
    last = last or Sighting(source=report.source, heard=report.heard - 1)
    if report.reason.code == SILENT:
        return _believe_silence(last, report)
    if report.heard <= last.heard:
        return None
    if report.seq != UNKNOWN and report.seq == last.seq:
        return None
    streak = _streak(last, report)
    if streak and streak < _needed(last, report, confirm):
        return replace(last, streak=streak, seq=report.seq, heard=report.heard)
    return Sighting(
        source=report.source,
        status=report.status,
        reason_code=report.reason.code,
        seq=report.seq,
        heard=report.heard,
        valid_ms=report.valid_ms,
        cpu=report.cpu,
        ram=report.ram,
    )


def silence(last: Sighting, hears_since: int, now: int) -> Report | None:
    """Return the report that *last*'s silence is at *now*, or None while it may still speak.

    It names the moment whose promise was broken, and so means nothing once that has moved.
    """
    if not last.valid_ms or last.is_silent:
        return None
    if max(last.heard, hears_since) + last.valid_ms > now:
        return None
    return Report(
        status=Status.DEAD,
        source=last.source,
        heard=last.heard,
        valid_ms=last.valid_ms,
        reason=Reason(SILENT),
    )


def forsaken(sightings: Sequence[Sighting], now: int) -> list[Sighting]:
    """Return the voices among *sightings* of one replica that nobody waits for any more.

    They were silent for a day while another voice speaks; the last voice is never among them.
    """
    if not any(one.speaks and one.source.kind.is_voice for one in sightings):
        return []
    return [one for one in sightings if one.is_silent and one.heard + one.valid_ms + DAY_MS <= now]


def says_nothing_new(last: Sighting, report: Report) -> bool:
    """Return whether *report* would change nothing of *last* but its moment and its loads."""
    return (
        last.status is report.status
        and last.streak == 0
        and last.reason_code == report.reason.code
        and report.reason.code != SILENT
    )


def _believe_silence(last: Sighting, report: Report) -> Sighting | None:
    if last.heard != report.heard or last.is_silent:
        return None
    return replace(last, status=Status.DEAD, streak=0, reason_code=SILENT)


def _streak(last: Sighting, report: Report) -> int:
    is_look = report.seq != UNKNOWN
    if not is_look or last.is_silent or report.status is Status.BLIND:
        return 0
    was_dead = last.status is Status.DEAD
    is_dead = report.status is Status.DEAD
    return last.streak + 1 if was_dead is not is_dead else 0


def _needed(last: Sighting, report: Report, confirm: Confirm) -> int:
    if report.status is Status.DEAD:
        return confirm.dead
    return confirm.healthy if last.status is Status.DEAD else 1
