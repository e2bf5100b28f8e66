"""Samples: the small worlds in which the properties of the rules are tried."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID

from hypothesis import strategies as st

from tests.house import PAGE
from watchkeeper.core import facts as fact
from watchkeeper.core.alert import Advance, Alert, Trouble, advance
from watchkeeper.core.compose import Sender
from watchkeeper.core.facts import Facts
from watchkeeper.core.moment import Moment
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.status import Status

HEALTHY, SICK, DEAD, BLIND = Status.HEALTHY, Status.SICK, Status.DEAD, Status.BLIND
UNDECIDED = Status.UNDECIDED
WALL = 1_800_000_000_000

API, CORE, MAIL, PUSH = (
    ReplicaName("web", "api", "1"),
    ReplicaName("web", "core", "tcp://edge.example.com:80"),
    ReplicaName("mail", "smtp", "1"),
    ReplicaName("mail", "push", "é:1"),
)
REPLICAS = (API, CORE, MAIL, PUSH)
SENDER = Sender(installation=UUID(int=1), channel="hook", target="", page=PAGE)

believed = st.sampled_from([HEALTHY, SICK, DEAD])
shifts = st.integers(1, 10**12)


def moment(second: int) -> Moment:
    """Return the moment *second* seconds after the beginning."""
    return Moment(steady=1_000 * second, at=WALL + 1_000 * second)


def dead(names: set[ReplicaName], code: str = "refused") -> dict[ReplicaName, Trouble]:
    """Return *names* in the order of the page, each dead with the reason *code*."""
    return {name: Trouble(code) for name in REPLICAS if name in names}


def troubles(statuses: Mapping[ReplicaName, Status]) -> dict[ReplicaName, Trouble]:
    """Return who of *statuses* is not healthy, in the order of the page."""
    found = {name: statuses.get(name, HEALTHY) for name in REPLICAS}
    return {name: Trouble("slow", status) for name, status in found.items() if status}


def history(days: Sequence[set[ReplicaName]]) -> list[tuple[Moment, Advance]]:
    """Return how the alerts of each service go on when those of *days* are dead in turn."""
    alerts: dict[str, Alert | None] = {"web": None, "mail": None}
    found = []
    for second, names in enumerate(days, 1):
        for service, alert in alerts.items():
            mine = {name for name in names if name.service == service}
            step = advance(alert, f"service:{service}", dead(mine), moment(second), {})
            if step:
                found.append((moment(second), step))
                alerts[service] = None if step.alert.closed else step.alert
    return found


def story(days: Sequence[set[ReplicaName]]) -> list[Facts]:
    """Return what there is to say of the history of *days*."""
    return [
        replace(fact.of_advance(step, DEAD, now), dead=step.alert.members)
        for now, step in history(days)
    ]


@st.composite
def stories(draw: st.DrawFn) -> list[Facts]:
    """A history in which at least one replica died, as facts."""
    days = draw(st.lists(st.sets(st.sampled_from(REPLICAS)), max_size=10))
    return story([draw(st.sets(st.sampled_from(REPLICAS), min_size=1)), *days])
