"""The last numbers in few words."""

import pytest

from watchkeeper.core.measure import Measure
from watchkeeper.core.queue import Counts
from watchkeeper.core.report import UNKNOWN
from watchkeeper.core.texts import ENGLISH
from watchkeeper.web.public.figures import figures, highest, queue


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        (Measure(), ""),
        (Measure(0), "under 1 ms"),
        (Measure(999), "under 1 ms"),
        (Measure(34_900), "34 ms"),
        (Measure(1_340_000), "1.3 s"),
        (Measure(UNKNOWN, 124, 800), "CPU 12 %, memory 80 %"),
        (Measure(UNKNOWN, 0, UNKNOWN), "CPU 0 %"),
        (Measure(UNKNOWN, 2_500, 10), "CPU 250 %, memory 1 %"),
        (Measure(34_000, 10, 20), "34 ms, CPU 1 %, memory 2 %"),
    ],
)
def test_9_2_the_tooltips_numbers_are_said_of_a_replica(measure: Measure, words: str) -> None:
    assert figures(measure, ENGLISH) == words


def test_the_highest_numbers_are_said_of_many() -> None:
    measures = [Measure(34_000, 10, 900), Measure(UNKNOWN, 20, UNKNOWN), Measure(2_000)]
    assert highest(measures, ENGLISH) == "up to 34 ms, CPU up to 2 %, memory up to 90 %"
    assert highest(measures[:1], ENGLISH) == figures(measures[0], ENGLISH)
    assert highest([], ENGLISH) == ""


def test_9_2_a_queue_says_what_is_ready_and_what_is_not_acknowledged() -> None:
    assert queue(Counts(5, 2), ENGLISH) == "queue: 5 ready, 2 not acknowledged"
