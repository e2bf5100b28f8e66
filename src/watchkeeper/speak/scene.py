"""Scene: what everything that is explained at one moment has in common."""

from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.core.alert import Alert
from watchkeeper.core.moment import Moment, span, timestamp
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import Node, Plan
from watchkeeper.core.report import Source, SourceKind
from watchkeeper.core.steady import ClockMark
from watchkeeper.speak import delay
from watchkeeper.speak.delay import LaneNow
from watchkeeper.store import alert, log
from watchkeeper.store import present as presents
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.present import Present

_SPEAKERS = {
    SourceKind.SELF: "our own looks",
    SourceKind.REPORTER: "a reporter",
    SourceKind.LOCAL: "a local daemon",
    SourceKind.QUEUE: "a queue",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The moment, the living lanes, the last outcome in each, and the plan where it is known.

    Lanes, and the open *alerts* (without their members), are found by their number.
    """

    present: Present
    lanes: Mapping[int, LaneNow]
    outcomes: Mapping[int, str]
    alerts: Mapping[int, Alert]
    plan: Plan | None = None

    @property
    def now(self) -> Moment:
        """Return the moment at which all of it was read."""
        return self.present.now

    def node(self, name: ReplicaName) -> Node | None:
        """Return the node of *name* as it is configured, None where that is not known."""
        nodes = self.plan.nodes() if self.plan else ()
        return next((node for known, node in nodes if known == name.of_node), None)

    def lane(self, no: int) -> str:
        """Return the name of a lane, as its operator knows it."""
        lane_now = self.lanes[no]
        return f"{lane_now.channel} {self.target(lane_now.channel, lane_now.target)}".rstrip()

    def target(self, channel: str, key: str) -> str:
        """Return what the plan calls the target *key* of a channel, the key where it does not."""
        channels = self.plan.channels if self.plan else ()
        targets = next((one.targets for one in channels if one.key == channel), {})
        return (targets[key].name or key) if key in targets else key

    def at(self, steady: int) -> str:
        """Return the wall moment that *steady* is or was, in words."""
        return timestamp(self.now.at + steady - self.now.steady)

    def ago(self, steady: int) -> str:
        """Return how long ago the moment *steady* was, in words."""
        return f"{span(self.now.steady - steady)} ago"

    def until(self, steady: int) -> str:
        """Return the moment *steady* and how far away it is, in words."""
        return f"{self.at(steady)} (in {span(steady - self.now.steady)})"


def read(cursor: Cursor, mark: ClockMark, plan: Plan | None) -> Scene:
    """Return the scene at *mark*."""
    present = presents.read(cursor, mark)
    lanes = delay.read(cursor, present.page_no, plan, present.now.steady)
    return Scene(
        present=present,
        lanes=lanes,
        outcomes=log.last_outcomes(cursor, lanes),
        alerts=alert.without_members(cursor, present.page_no),
        plan=plan,
    )


def speaker(source: Source) -> str:
    """Return who *source* is, in words."""
    return f"{_SPEAKERS[source.kind]} {source.key}".rstrip()
