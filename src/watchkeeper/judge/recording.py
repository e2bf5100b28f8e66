"""Recording: whether the store keeps what we decide, and what we believe while it does not."""

from watchkeeper.core.moment import Moment
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.report import Report, Source
from watchkeeper.core.sighting import Confirm, Sighting, observe
from watchkeeper.core.status import Status
from watchkeeper.core.verdict import Verdict, fold
from watchkeeper.judge.view import View
from watchkeeper.outside.notice import notice

LASTING_MS = 5_000


class Recording:
    """What the gate's commits tell, and the looks that could not be saved.

    Only what passes the gate counts: a beat that still fits on the disk records no alert.
    *is_deaf* says that reports were turned away, and that silence means nothing until
    everybody is heard anew.
    """

    def __init__(self) -> None:
        self.refused_since: Moment | None = None
        self.is_deaf = False
        self._is_said = False
        self._unsaved: dict[ReplicaName, dict[Source, Sighting]] = {}

    @property
    def paused_at(self) -> int:
        """Return since which wall moment nothing can be kept, 0 where that does not last."""
        return self.refused_since.at if self.refused_since and self._is_said else 0

    def worked(self) -> None:
        """Note that a decision is on disk."""
        if self._is_said:
            notice("what is decided is kept again")
        self.refused_since, self._is_said = None, False

    def refused(self, now: Moment, error: Exception) -> None:
        """Note that a commit was refused *now*, and say it once where that lasts."""
        self.is_deaf = True
        if self.refused_since is None:
            self.refused_since = now
        if not self._is_said and now.steady - self.refused_since.steady >= LASTING_MS:
            notice(f"nothing can be kept: {error}")
            self._is_said = True

    def keep(
        self, name: ReplicaName, last: Sighting | None, report: Report, confirm: Confirm
    ) -> None:
        """Keep what a look that could not be saved makes of the *last* sighting."""
        unsaved = self._unsaved.setdefault(name, {})
        after = observe(unsaved.get(report.source, last), report, confirm)
        if after:
            unsaved[report.source] = after

    def saved(self, name: ReplicaName, source: Source) -> None:
        """Forget the unsaved looks of *source* at *name*: a newer one was taken."""
        unsaved = self._unsaved.get(name) if self._unsaved else None
        if unsaved is None:
            return
        unsaved.pop(source, None)
        if not unsaved:
            del self._unsaved[name]

    def dead(self, view: View) -> dict[ReplicaName, str]:
        """Return who is dead in our own view, unsaved looks included, and the reason code."""
        found = {}
        for name, row, sightings in view.spoken():
            spoken = {one.source: one for one in sightings} | self._unsaved.get(name, {})
            before = Verdict(status=row.status, standing=row.standing, reason_code=row.reason_code)
            verdict = fold(before, tuple(spoken.values()))
            if verdict.status is Status.DEAD:
                found[name] = verdict.reason_code
        return found
