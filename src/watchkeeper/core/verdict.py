"""Verdict: what the sightings of a replica add up to."""

from collections.abc import Sequence
from dataclasses import dataclass

from watchkeeper.core.sighting import Sighting
from watchkeeper.core.status import Standing, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is believed of a replica, and what stands behind it."""

    status: Status = Status.HEALTHY
    standing: Standing = Standing.PENDING
    reason_code: str = ""


def fold(before: Verdict, sightings: Sequence[Sighting]) -> Verdict:
    """Return the verdict of *sightings*; no clock, for silence is already one of them.

    It is the worst of the voices that speak and of the witnesses. Voices that are blind
    count only where no other speaks: then the status stays what it was *before*. Where no
    voice is decided yet, everything does.
    """
    voices = [one for one in sightings if one.source.kind.is_voice]
    if any(voice.speaks for voice in voices):
        return _worst([one for one in sightings if one.speaks])
    blind = [voice for voice in voices if voice.status is Status.BLIND]
    if blind:
        return Verdict(
            status=before.status, standing=Standing.BLIND, reason_code=_first(blind).reason_code
        )
    silent = [voice for voice in voices if voice.is_silent]
    if silent:
        return Verdict(
            status=Status.DEAD,
            standing=Standing.HEARD,
            reason_code=f"silent:{_first(silent).valid_ms // 1000}",
        )
    return before


def _worst(speaking: Sequence[Sighting]) -> Verdict:
    worst = max(speaking, key=lambda one: (one.status, one.source))
    return Verdict(status=worst.status, standing=Standing.HEARD, reason_code=worst.reason_code)


def _first(sightings: Sequence[Sighting]) -> Sighting:
    return min(sightings, key=lambda one: one.source)
