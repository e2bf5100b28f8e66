"""Ruling: what a decision makes of one replica."""

from dataclasses import dataclass

from watchkeeper.core.alert import is_news
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.store.replica import ReplicaRow


@dataclass(frozen=True, slots=True)
class Ruling:
    """A replica before and after a decision, and the report that led to it, if one did."""

    before: ReplicaRow
    after: ReplicaRow
    report: Report | None = None

    @property
    def is_change(self) -> bool:
        """Return whether its status is another one now."""
        return self.before.status is not self.after.status

    def is_told(self, trouble_from: Status) -> bool:
        """Return whether it died or came back, or whatever else is told of it."""
        return is_news(self.before.status, self.after.status, trouble_from)

    @property
    def begins_to_flap(self) -> bool:
        """Return whether it flaps from now on."""
        return bool(self.after.flap.since and not self.before.flap.since)
