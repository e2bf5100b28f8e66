"""What reference 6.5 says of loaded and stalled queues, and DESIGN 4.4 of witnesses."""

import pytest

from watchkeeper.core.queue import Counts, Limits, Queue, witness, witness_blind
from watchkeeper.core.reason import Reason
from watchkeeper.core.report import Source, SourceKind
from watchkeeper.core.sighting import Confirm, Sighting, observe
from watchkeeper.core.status import Standing, Status
from watchkeeper.core.verdict import Verdict, fold

LIMITS = Limits(ready_loaded=500, nack_loaded=100, ready_stalled=20_000, nack_stalled=5_000)
QUEUE = Queue(name="orders", limits=LIMITS)
STALLED = Counts(20_001, 0)
VOICE = Sighting(source=Source(SourceKind.REPORTER), status=Status.HEALTHY, heard=1)


@pytest.mark.parametrize(
    ("ready", "nack", "status"),
    [
        (0, 0, Status.HEALTHY),
        (499, 99, Status.HEALTHY),
        (500, 0, Status.SICK),
        (0, 100, Status.SICK),
        (20_000, 5_000, Status.SICK),
        (20_001, 0, Status.DEAD),
        (0, 5_001, Status.DEAD),
    ],
)
def test_a_queue_is_loaded_from_its_limits_on_and_stalled_above_them(
    ready: int, nack: int, status: Status
) -> None:
    assert witness(QUEUE, Counts(ready, nack), 7).status is status


def test_a_limit_of_nothing_makes_any_message_too_many() -> None:
    none = Limits(ready_loaded=0, nack_loaded=0, ready_stalled=0, nack_stalled=0)
    assert witness(Queue(name="q", limits=none), Counts(0, 0), 7).status is Status.SICK
    assert witness(Queue(name="q", limits=none), Counts(1, 0), 7).status is Status.DEAD


def test_a_testimony_promises_nothing_and_names_the_queue_and_its_messages() -> None:
    said = witness(QUEUE, Counts(501, 3), 7)
    assert (said.source, said.heard, said.valid_ms) == (Source(SourceKind.QUEUE, "orders"), 7, 0)
    assert said.reason == Reason("queue_loaded", "queue orders: 501 ready, 3 not acknowledged")


def folded(counts: Counts | None, voice: Sighting = VOICE) -> Verdict:
    """The verdict on a replica of which *voice* and then its queue have spoken."""
    why = Reason("refused")
    said = witness(QUEUE, counts, 2) if counts else witness_blind(QUEUE, why, 2)
    sighting = observe(None, said, Confirm())
    assert sighting
    return fold(Verdict(standing=Standing.HEARD), [voice, sighting])


def test_a_stalled_queue_is_dead_and_a_loaded_one_sick_whatever_the_reporter_says() -> None:
    assert (folded(STALLED).status, folded(STALLED).reason_code) == (Status.DEAD, "queue_stalled")
    assert folded(Counts(500, 0)).status is Status.SICK


def test_high_load_does_not_hide_a_stalled_queue() -> None:
    high = Sighting(source=VOICE.source, status=Status.SICK, reason_code="cpu", heard=1)
    assert folded(STALLED, high).status is Status.DEAD


def test_a_queue_that_cannot_be_asked_has_no_vote() -> None:
    assert folded(None).status is Status.HEALTHY
    assert folded(None).standing is Standing.HEARD


def test_a_queue_alone_never_speaks_for_a_silent_replica() -> None:
    silent = Sighting(
        source=VOICE.source, status=Status.DEAD, reason_code="silent", valid_ms=1, heard=1
    )
    assert folded(Counts(0, 0), silent).status is Status.DEAD
