from dataclasses import FrozenInstanceError

import pytest

from tests.house import PAGE
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import AlertOn, Mode, Node, Plan, Policy, Service

POLLED = Node(key="api", label="API", mode=Mode.POLL, replicas=("http://a/", "http://b/"))
PUSHED = Node(key="api", label="API", mode=Mode.PUSH)
SCRIPT = Node(key="disk", label="Disk", mode=Mode.SCRIPT, replicas=("0",), scripts=("exit 0",))
PLAN = Plan(
    page=PAGE,
    services=(
        Service(key="web", label="Web", nodes=(POLLED, SCRIPT)),
        Service(key="mail", label="Mail", nodes=(PUSHED,)),
    ),
)


def test_nodes_stand_in_the_order_of_the_file() -> None:
    assert [name for name, _ in PLAN.nodes()] == [
        ("web", "api"),
        ("web", "disk"),
        ("mail", "api"),
    ]


def test_replicas_are_those_that_the_plan_names() -> None:
    assert list(PLAN.replicas()) == [
        (ReplicaName("web", "api", "http://a/"), POLLED),
        (ReplicaName("web", "api", "http://b/"), POLLED),
        (ReplicaName("web", "disk", "0"), SCRIPT),
    ]


@pytest.mark.parametrize(
    ("mode", "is_looked_at"),
    [(Mode.POLL, True), (Mode.SCRIPT, True), (Mode.PUSH, False), (Mode.LOCAL, False)],
)
def test_we_look_ourselves_or_wait_for_reports(mode: Mode, *, is_looked_at: bool) -> None:
    assert Node(key="a", label="A", mode=mode).is_looked_at is is_looked_at


def test_without_a_word_of_the_file_the_page_is_the_alert_and_has_a_pace() -> None:
    assert Policy() == Policy(
        alert_on=AlertOn.PAGE, pace_ms=(30_000, 120_000, 300_000), startup=True
    )


@pytest.mark.parametrize("value", [PLAN, POLLED, PAGE, Policy()])
def test_a_plan_is_frozen(value: object) -> None:
    with pytest.raises((FrozenInstanceError, TypeError)):
        value.label = "other"  # type: ignore[attr-defined]
