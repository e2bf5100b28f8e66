"""Name: what names a node, and a replica, wherever they are spoken of."""

from typing import NamedTuple


class NodeName(NamedTuple):
    """What names a node: the keys of its service and its own."""

    service: str
    node: str

    def __str__(self) -> str:
        return f"{self.service}:{self.node}"


class ReplicaName(NamedTuple):
    """What names a replica: the keys of its service and its node, and its own."""

    service: str
    node: str
    replica: str

    def __str__(self) -> str:
        return f"{self.service}:{self.node}:{self.replica}"

    @property
    def of_node(self) -> NodeName:
        """Return the name of its node."""
        return NodeName(self.service, self.node)
