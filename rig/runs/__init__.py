"""The runs: each plays one kind of mischief and has it judged."""

from collections.abc import Callable, Coroutine
from typing import Any

from rig.runs.delivery import delivery
from rig.runs.kill import kill
from rig.runs.late import late
from rig.runs.order import Order
from rig.summary import Result

Run = Callable[[Order], Coroutine[Any, Any, Result]]

RUNS: dict[str, tuple[Run, int]] = {
    "kill": (kill, 60),
    "delivery": (delivery, 0),
    "late": (late, 0),
}
"""Each run by its name, with how many cycles it takes where nobody says."""
