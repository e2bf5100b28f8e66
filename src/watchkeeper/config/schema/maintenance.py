"""Maintenance: planned windows."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from pydantic import Field

from watchkeeper.config.forms import Label
from watchkeeper.config.schema.marks import about
from watchkeeper.config.timezones import named


@dataclass(frozen=True, slots=True, kw_only=True)
class MaintenanceTable:
    """A planned window, in which nothing is said."""

    title: Label = field(metadata=about("what the page says of it"))
    starts_at: datetime = field(
        metadata=about(
            "date and time with offset, such as `2030-01-31T22:00:00+01:00`; without one, by the "
            "clocks of `timezone`"
        )
    )
    ends_at: datetime = field(metadata=about("the same; of the first time, where it repeats"))
    timezone: str = field(
        default="",
        metadata={
            **about("the place whose clocks it follows through summer time, as `Europe/Berlin`"),
            "check": named,
        },
    )
    repeats: str = field(
        default="",
        metadata=about(
            "when it comes again: a recurrence rule (RRULE), such as `FREQ=WEEKLY;BYDAY=SU`"
        ),
    )
    scope: Annotated[tuple[str, ...], Field(min_length=1)] = field(
        default=(), metadata=about("`service` or `service:node`; everything when absent")
    )
