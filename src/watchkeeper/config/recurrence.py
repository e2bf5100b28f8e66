"""Recurrence: the rules of calendars (RRULE) by which a window of maintenance comes again."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from types import MappingProxyType

from dateutil.rrule import rrule, rrulestr

from watchkeeper.config.timezones import named
from watchkeeper.core.plan import Window

_NUMBER, _LIST = r"[1-9]\d{0,3}", r"[+\-0-9A-Z,]{1,200}"
_PARTS: Mapping[str, str] = MappingProxyType(
    {
        "FREQ": "DAILY|WEEKLY|MONTHLY|YEARLY",
        "INTERVAL": _NUMBER,
        "COUNT": _NUMBER,
        "UNTIL": r"\d{8}T\d{6}Z",
        "BYDAY": _LIST,
        "BYMONTH": _LIST,
        "BYMONTHDAY": _LIST,
        "BYSETPOS": _LIST,
        "WKST": "[A-Z]{2}",
    }
)
_OLDEST = datetime(2000, 1, 1, tzinfo=UTC)


def check(rule: str, starts_at: datetime) -> None:
    """Raise ValueError, with words for a person, unless *rule* begins at *starts_at*.

    What comes more often than daily, or could take long to compute, is no rule of ours.
    """
    for part in rule.split(";"):
        name, _, value = part.partition("=")
        if not re.fullmatch(_PARTS.get(name, "(?!)"), value):
            raise ValueError(
                "must be a recurrence rule such as FREQ=WEEKLY;BYDAY=SU, made of "
                f"{', '.join(_PARTS)}; {part or 'nothing'} is none of them"
            )
    if starts_at < _OLDEST:
        raise ValueError(f"needs a starts_at from {_OLDEST.year} or later")
    try:
        first = _rule(rule, starts_at).after(starts_at, inc=True)
    except (ValueError, TypeError) as error:
        raise ValueError(f"is not a recurrence rule: {error}") from error
    if first != starts_at:
        said = f"the first such moment is {first.isoformat()}" if first else "it never comes"
        raise ValueError(f"does not begin at starts_at: {said}")


def around(window: Window, at: int) -> tuple[int | None, int | None]:
    """Return when *window* began last, until the wall moment *at*, and when it begins next."""
    starts_at = window.starts_at
    if not window.repeats:
        return (starts_at, None) if starts_at <= at else (None, starts_at)
    rule = _rule(window.repeats, datetime.fromtimestamp(starts_at / 1000, _clocks(window)))
    moment = datetime.fromtimestamp(at / 1000, UTC)
    return _ms(rule.before(moment, inc=True)), _ms(rule.after(moment))


def end_of(window: Window, began_at: int) -> int:
    """Return the wall moment at which *window* ends that began at *began_at*."""
    if not window.zone:
        return began_at + window.lasts_ms
    began = datetime.fromtimestamp(began_at / 1000, _clocks(window))
    ends = began + timedelta(milliseconds=window.lasts_ms)  # as the clocks there show it
    return round(ends.replace(fold=began.fold).timestamp() * 1000)


def _clocks(window: Window) -> tzinfo:
    if window.zone:
        return named(window.zone)
    return timezone(timedelta(milliseconds=window.offset_ms))


def _rule(rule: str, starts_at: datetime) -> rrule:
    found: rrule = rrulestr(rule, dtstart=starts_at)
    return found


def _ms(when: datetime | None) -> int | None:
    return None if when is None else round(when.timestamp() * 1000)
