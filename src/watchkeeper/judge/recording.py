"""Recording: whether the store keeps what we decide, and what we believe while it does not."""

import logging

from watchkeeper.core.report import ReplicaName, Report, Source
from watchkeeper.core.sighting import Confirm, observe
from watchkeeper.core.status import Status
from watchkeeper.core.verdict import Verdict, fold
from watchkeeper.judge.view import View

log = logging.getLogger(__name__)


class Recording:
    """What every writer tells of its commits, and the looks that could not be saved."""

    def __init__(self) -> None:
        self.refused_since: int | None = None
        self._unsaved: dict[ReplicaName, dict[Source, Report]] = {}

    def worked(self) -> None:
        """Note that a commit is on disk."""
        if self.refused_since is not None:
            log.warning("what is decided is kept again")
        self.refused_since = None

    def refused(self, steady: int, error: Exception) -> None:
        """Note that a commit was refused at *steady*; only the first of a row is news."""
        if self.refused_since is None:
            log.warning("nothing can be kept: %s", error)
            self.refused_since = steady

    def keep(self, name: ReplicaName, report: Report) -> None:
        """Keep the newest look that could not be saved."""
        self._unsaved.setdefault(name, {})[report.source] = report

    def forget(self) -> None:
        """Forget unsaved looks: from here on they are taken anew, and saved."""
        self._unsaved.clear()

    def dead(self, view: View) -> dict[ReplicaName, str]:
        """Return who is dead in our own view, unsaved looks included, and the reason code."""
        found = {}
        for name, row, sightings in view.spoken():
            spoken = {one.source: one for one in sightings}
            for source, report in self._unsaved.get(name, {}).items():
                if after := observe(spoken.get(source), report, Confirm()):
                    spoken[source] = after
            before = Verdict(status=row.status, standing=row.standing, reason_code=row.reason_code)
            verdict = fold(before, tuple(spoken.values()))
            if verdict.status is Status.DEAD:
                found[name] = verdict.reason_code
        return found
