"""The last numbers beside the statuses."""

from watchkeeper.core.measure import NO_MEASURES, Measure, Measures, combine
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import Mode, Node, Service
from watchkeeper.core.queue import Counts, Limits, Queue
from watchkeeper.core.report import UNKNOWN

API, MAIL = ReplicaName("web", "api", "1"), ReplicaName("mail", "smtp", "1")
LIMITS = Limits(ready_loaded=1, nack_loaded=1, ready_stalled=1, nack_stalled=1)
QUEUE = Queue(name="jobs", limits=LIMITS)


def test_latencies_and_loads_are_one_measure_of_a_replica() -> None:
    assert combine({API: 10}, {API: (20, 30), MAIL: (UNKNOWN, 40)}) == {
        "web": {API: Measure(10, 20, 30)},
        "mail": {MAIL: Measure(UNKNOWN, UNKNOWN, 40)},
    }


def test_a_service_has_its_own_measures_and_those_of_its_queues_alone() -> None:
    nodes = (
        Node(key="api", label="", mode=Mode.PUSH, queue=QUEUE),
        Node(key="www", label="", mode=Mode.POLL),
    )
    measures = Measures(
        {"web": {API: Measure(10)}, "mail": {MAIL: Measure(20)}},
        {"jobs": Counts(5, 2), "others": Counts(1, 1)},
    )
    mine = measures.of(Service(key="web", label="", nodes=nodes))
    assert mine == ({API: Measure(10)}, {"api": Counts(5, 2)})
    assert measures.of(Service(key="new", label="", nodes=())) == NO_MEASURES
