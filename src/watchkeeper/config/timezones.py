"""Time zones: the clocks of a place, summer time too, by which a window of maintenance comes.

A window that comes at a time which these clocks skip in spring begins an hour later that day; at
one that they show twice in autumn it begins with the first. So it is in calendars.
"""

import difflib
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, available_timezones


def named(name: str) -> ZoneInfo:
    """Return the time zone called *name*; raise ValueError, with words for a person, for none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # one that is not there, no name, a folder of them
        raise ValueError(_way_out(name)) from None


def local(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return *moment* by the clocks of *zone*, as which it is read where it has no offset."""
    return moment.astimezone(zone) if moment.tzinfo else moment.replace(tzinfo=zone)


def is_skipped(moment: datetime) -> bool:
    """Return whether the clocks of the zone of *moment* never show it: they are set forward."""
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(fold=0) != moment


def _way_out(name: str) -> str:
    known = available_timezones()
    if not known:
        return "needs the time zones of the system: apt-get install tzdata"
    nearest = difflib.get_close_matches(name, known, n=1)
    return f"must be the name of a time zone, such as {(*nearest, 'Europe/Berlin')[0]}"
