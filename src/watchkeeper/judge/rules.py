"""Rules: what the plan says about reports, ready to be asked by name."""

from collections.abc import Mapping
from dataclasses import dataclass

from watchkeeper.core.plan import Node, Plan
from watchkeeper.core.sighting import Confirm

MOST_REPLICAS = 20_000
MOST_GONE = 10


@dataclass(frozen=True, slots=True)
class Rules:
    """The nodes of the plan by service and node key."""

    nodes: Mapping[tuple[str, str], Node]

    @classmethod
    def of(cls, plan: Plan) -> "Rules":
        """Return the rules of *plan*."""
        nodes = {(service.key, node.key): node for service, node in plan.nodes()}
        return cls(nodes)

    def confirm(self, service: str, node: str) -> Confirm:
        """Return how many looks a change takes on the node."""
        known = self.nodes.get((service, node))
        if known is None:
            return Confirm()
        return Confirm(known.looking.confirm_dead, known.looking.confirm_healthy)

    def most_replicas(self, service: str, node: str) -> int:
        """Return how many replicas reporters may register on the node."""
        known = self.nodes.get((service, node))
        return known.listening.most_replicas if known else 0
