"""Notify: what is said, when, and to whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field

from watchkeeper.config.forms import Id, PaceSeconds, Seconds
from watchkeeper.config.schema.marks import NO_KEY, about
from watchkeeper.core.plan import AlertOn
from watchkeeper.core.reminder import Backoff


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelTable:
    """A place to speak to; a kind may have several, each a `[[notify.…]]` with a `name`."""

    name: Id = field(default="", metadata=about("what to call it; the kind when absent"))
    reminders_only: bool = field(
        default=False, metadata=about("is told reminders and nothing else; not for a webhook")
    )
    settings: Any = field(metadata=NO_KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifyTable:
    """What is said, and when."""

    alert_on: AlertOn = field(
        default=AlertOn.PAGE, metadata=about("what an alert is about: the page, or its parts")
    )
    pace: Annotated[tuple[PaceSeconds, ...], Field(max_length=100)] = field(
        default=(30, 120, 300),
        metadata=about("seconds between news while an alert is open; `[]`: all at once"),
    )
    startup_notification: bool = field(
        default=True, metadata=about("says the status once after each start")
    )
    alert_sick: bool = field(
        default=False, metadata=about("who is sick is in trouble too, and so told of")
    )
    reminder_interval: Seconds | None = field(
        default=None, metadata=about("seconds between reminders of an open alert")
    )
    reminder_backoff_function: Backoff = field(
        default=Backoff.NONE, metadata=about("how that time grows")
    )
    reminder_backoff_limit: Annotated[int, Field(ge=0, le=65_535)] = field(
        default=3, metadata=about("where it stops growing")
    )
    reminder_escalate: bool = field(
        default=False,
        metadata=about(
            "the first reminder rouses the first target of a channel, each further one one more"
        ),
    )
    flap_changes: Annotated[int, Field(ge=0, le=100)] = field(
        default=4, metadata=about("deaths and returns that make a replica flap; 0: never")
    )
    flap_window: Seconds = field(
        default=1_800,
        metadata=about("seconds in which they are counted; four looks for each, if longer"),
    )
    flap_stable: Seconds = field(
        default=900, metadata=about("seconds without a change that end it; six looks, if longer")
    )
    given: Mapping[str, tuple[ChannelTable, ...]] = field(default_factory=dict, metadata=NO_KEY)
