"""The runs: each plays one kind of mischief and has it judged."""

from collections.abc import Callable, Coroutine
from typing import Any

from rig.runs.acked import acked
from rig.runs.clock import clock
from rig.runs.database import database
from rig.runs.delivery import delivery
from rig.runs.freeze import freeze
from rig.runs.fuzz import fuzz
from rig.runs.isolation import isolation
from rig.runs.kill import kill
from rig.runs.late import late
from rig.runs.malformed import malformed
from rig.runs.notifiers import notifiers
from rig.runs.order import Order
from rig.runs.partition import partition
from rig.runs.restart import restart
from rig.runs.sabotage import sabotage
from rig.runs.scripts import scripts
from rig.runs.storm import storm
from rig.runs.thaw import thaw
from rig.runs.zoo import zoo
from rig.summary import Result

Run = Callable[[Order], Coroutine[Any, Any, Result]]

RUNS: dict[str, tuple[Run, int]] = {
    "kill": (kill, 60),
    "delivery": (delivery, 0),
    "late": (late, 0),
    "storm": (storm, 100),
    "acked": (acked, 500),
    "clock": (clock, 0),
    "restart": (restart, 5),
    "freeze": (freeze, 0),
    "malformed": (malformed, 5_000),
    "thaw": (thaw, 10),
    "partition": (partition, 10),
    "database": (database, 10),
    "zoo": (zoo, 40),
    "fuzz": (fuzz, 5_000),
    "notifiers": (notifiers, 19),
    "scripts": (scripts, 1),
    "isolation": (isolation, 1),
    "sabotage": (sabotage, 0),
}
"""Each run by its name, with how many cycles it takes where nobody says."""
