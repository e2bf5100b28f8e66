from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import BLIND, DEAD, HEALTHY, SICK
from watchkeeper.core.histogram import bucket
from watchkeeper.core.moment import HOUR_MS
from watchkeeper.core.report import UNKNOWN
from watchkeeper.core.sample import (
    NO_BUCKET,
    Sample,
    dump,
    latencies,
    of_look,
    parse,
    union,
)

HOUR = 500_000 * HOUR_MS
hours = st.lists(
    st.builds(
        of_look,
        st.integers(HOUR, HOUR + HOUR_MS - 1),
        st.sampled_from([BLIND, HEALTHY, SICK, DEAD]),
        st.integers(UNKNOWN, 10**10),
    ),
    max_size=40,
)


@given(hours, hours, hours)
def test_a_union_has_no_order_no_groups_and_nothing_twice(
    a: list[Sample], b: list[Sample], c: list[Sample]
) -> None:
    assert union(a, b) == union(b, a) == union(union(a, b), b, a)
    assert union(union(a, b), c) == union(a, union(b, c)) == union(a, b, c)


@given(hours)
def test_what_was_dumped_is_parsed_again(samples: list[Sample]) -> None:
    assert parse(dump(samples)) == samples
    assert len(dump(samples)) == 5 * len(samples)


def test_a_look_is_found_in_its_tenth_of_a_second_of_the_hour() -> None:
    assert of_look(HOUR + 61_250, HEALTHY, 12_000) == Sample(612, HEALTHY, bucket(12_000))
    assert of_look(HOUR - 1, DEAD, UNKNOWN) == Sample(35_999, DEAD, NO_BUCKET)


def test_of_two_in_one_tenth_the_worse_stays() -> None:
    good, bad = of_look(HOUR, HEALTHY, 5), of_look(HOUR + 99, DEAD, 1)
    assert union([good], [bad]) == [bad]


def test_only_answers_have_a_latency() -> None:
    seen = [(HEALTHY, 10), (SICK, 20), (DEAD, 30), (BLIND, 40), (HEALTHY, UNKNOWN)]
    samples = [of_look(HOUR + 1_000 * n, *one) for n, one in enumerate(seen)]
    assert latencies(samples) == {10: 1, 20: 1}
