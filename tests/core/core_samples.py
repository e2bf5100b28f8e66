"""Samples: the small worlds in which the properties of the rules are tried."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from hypothesis import strategies as st

from watchkeeper.core import facts as fact
from watchkeeper.core.alert import Advance, Alert, Leaving, Moment, advance
from watchkeeper.core.compose import Sender
from watchkeeper.core.facts import Facts
from watchkeeper.core.plan import Page
from watchkeeper.core.report import ReplicaName
from watchkeeper.core.status import Status
from watchkeeper.core.url import Url

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
_URL = Url.parse("https://status.example.com")
PAGE = Page(
    title="Example Status",
    url=_URL,
    company_name="Example",
    icon_color="#000",
    icon_url=_URL,
    logo_color="#000",
    logo_url=_URL,
    website_url=_URL,
    support_url=_URL,
)
SENDER = Sender(installation=UUID(int=1), channel="hook", target="", page=PAGE)

believed = st.sampled_from([HEALTHY, SICK, DEAD])
shifts = st.integers(1, 10**12)
deaths = st.lists(st.sets(st.sampled_from(REPLICAS)), min_size=1, max_size=12)
"""Who is dead, moment by moment."""


def moment(second: int) -> Moment:
    """Return the moment *second* seconds after the beginning."""
    return Moment(steady=1_000 * second, at=WALL + 1_000 * second)


def dead(names: set[ReplicaName], code: str = "refused") -> dict[ReplicaName, str]:
    """Return *names* in the order of the page, each dead with the reason *code*."""
    return {name: code for name in REPLICAS if name in names}


def steps(
    days: Sequence[set[ReplicaName]],
    subject: str = "page",
    left: Mapping[ReplicaName, Leaving] | None = None,
    start: int = 1,
) -> list[Advance]:
    """Return how the alerts of *subject* go on when those of *days* are dead, second by second."""
    alert: Alert | None = None
    found = []
    for second, names in enumerate(days, start):
        step = advance(alert, subject, dead(names), moment(second), left or {})
        if step:
            found.append(step)
            alert = None if step.alert.closed else step.alert
    return found


def said(found: Sequence[Advance], status: Status = DEAD) -> list[Facts]:
    """Return the facts of *found*; each is said at the moment of its change."""
    facts = []
    for step in found:
        times = [one.died for one in step.died] + [one.back for one in step.back]
        now = moment(times[0] // 1_000)
        facts.append(fact.of_advance(step, status, now.steady, now.at))
    return facts
