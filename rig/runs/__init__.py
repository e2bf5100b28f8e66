"""The runs: each module of this folder plays one kind of mischief and has it judged.

It has a coroutine of its own name that plays an order, and CYCLES, how many it plays where
nobody says, if it plays any. The folder is the list.
"""

import pkgutil
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from rig.order import Order
from rig.summary import Result


@dataclass(frozen=True, slots=True)
class Run:
    """How to play a run, and its usual number of *cycles*, 0 where it has none."""

    play: Callable[[Order], Coroutine[Any, Any, Result]]
    cycles: int


def names() -> tuple[str, ...]:
    """Return the name of each run."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(__path__)))


def load(name: str) -> Run:
    """Return the run called *name*; the others, and all that they need, stay where they are."""
    module = import_module(f"{__name__}.{name}")
    return Run(getattr(module, name), getattr(module, "CYCLES", 0))
