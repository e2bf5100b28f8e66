"""Rules: what the plan says about reports, ready to be asked by name."""

from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.core.flap import FlapRules
from watchkeeper.core.name import NodeName
from watchkeeper.core.plan import Node, Plan
from watchkeeper.core.sighting import Confirm

MOST_REPLICAS = 20_000
MOST_GONE = 10
_REPORT_MS = 60_000


@dataclass(frozen=True, slots=True)
class Rules:
    """The nodes of the plan by name, and when a replica of any flaps."""

    nodes: Mapping[NodeName, Node]
    flapping: FlapRules

    @classmethod
    def of(cls, plan: Plan) -> "Rules":
        """Return the rules of *plan*."""
        return cls(dict(plan.nodes()), plan.policy.flap)

    def confirm(self, name: NodeName) -> Confirm:
        """Return how many looks a change takes on the node."""
        known = self.nodes.get(name)
        if known is None:
            return Confirm()
        return Confirm(known.looking.confirm_dead, known.looking.confirm_healthy)

    def most_replicas(self, name: NodeName) -> int:
        """Return how many replicas reporters may register on the node."""
        known = self.nodes.get(name)
        return known.listening.most_replicas if known else 0

    def flap(self, name: NodeName) -> FlapRules:
        """Return when a replica of the node flaps, and when it is stable again."""
        known = self.nodes.get(name)
        if known is None or not known.is_looked_at:
            return self.flapping
        return self.flapping.at_looks_every(known.looking.interval_ms)

    def round_ms(self, name: NodeName) -> int:
        """Return how long it takes, at the most, until every replica of the node was heard.

        Nobody knows what a reporter will promise: a minute is what most do.
        """
        known = self.nodes.get(name)
        if known is None:
            return 0
        if not known.is_looked_at:
            return _REPORT_MS + known.listening.grace_ms
        looking = known.looking
        attempts = looking.retries + 1
        return looking.interval_ms + attempts * (looking.timeout_ms + looking.retry_wait_ms)
