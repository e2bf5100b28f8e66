"""Windows: which nodes are under maintenance at a wall moment, and when that changes next.

Pure. Wall time is compared here because people wrote it; nothing else is decided by it.
"""

from collections.abc import Sequence
from typing import NamedTuple

from watchkeeper.config.recurrence import around, end_of
from watchkeeper.core.name import NodeName
from watchkeeper.core.plan import Maintenance, Plan, Window


class Opening(NamedTuple):
    """The nodes under maintenance, each with the window that ends last, and the wall moment of
    the next change, None where there is none.
    """

    nodes: dict[NodeName, Maintenance]
    changes_at: int | None


def opening(plan: Plan, at: int) -> Opening:
    """Return what is under maintenance at the wall moment *at*."""
    nodes: dict[NodeName, Maintenance] = {}
    everything = [name for name, _ in plan.nodes()]
    moments: list[int] = []
    for window in plan.windows:
        until_at, changes_at = _stands(window, at)
        moments += changes_at
        for name in window.scope or everything if until_at else ():
            known = nodes.get(name)
            if known is None or known.until_at < until_at:
                nodes[name] = Maintenance(window.title, until_at)
    return Opening(nodes, min(moments, default=None))


def _stands(window: Window, at: int) -> tuple[int, Sequence[int]]:
    """Return until when *window* is open, 0 if it is not, and the moments that change that."""
    last, coming = around(window, at)
    until_at = end_of(window, last) if last is not None else 0
    is_open = at < until_at
    moments = [until_at] if is_open else []
    if coming is not None:
        moments.append(coming)
    return until_at if is_open else 0, moments
