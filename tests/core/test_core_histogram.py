from math import ceil

from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.core.histogram import (
    LONGEST_US,
    NOTHING,
    Histogram,
    bucket,
    dump,
    merge,
    middle,
    of,
    parse,
    quantile,
    total,
)

latencies = st.one_of(st.integers(0, 200), st.integers(0, 10**7), st.integers(0, LONGEST_US))
several = st.lists(latencies, max_size=50)
WIDEST = 1 / 64


def counted(values: list[int]) -> Histogram:
    return of(bucket(value) for value in values)


@given(several, several, several)
def test_merging_has_no_order_and_no_groups(a: list[int], b: list[int], c: list[int]) -> None:
    x, y, z = counted(a), counted(b), counted(c)
    assert merge([x, y]) == merge([y, x]) == counted(a + b)
    assert merge([merge([x, y]), z]) == merge([x, merge([y, z])])
    assert merge([x, NOTHING]) == x
    assert total(merge([x, y])) == len(a) + len(b)


@given(latencies)
def test_a_bucket_is_at_most_a_64th_of_its_latency_wide(value: int) -> None:
    assert abs(middle(bucket(value)) - value) <= value * WIDEST


@given(latencies, latencies)
def test_a_longer_latency_is_never_in_an_earlier_bucket(a: int, b: int) -> None:
    assert bucket(min(a, b)) <= bucket(max(a, b)) < 2_048


@given(several.filter(bool), st.floats(0, 1))
def test_a_quantile_is_wrong_by_less_than_a_bucket(values: list[int], share: float) -> None:
    exact = sorted(values)[max(ceil(len(values) * share), 1) - 1]
    found = quantile(counted(values), share)
    assert found is not None
    assert abs(found - exact) <= exact * WIDEST


@given(several)
def test_what_was_dumped_is_parsed_again(values: list[int]) -> None:
    histogram = counted(values)
    assert parse(dump(histogram)) == histogram


def test_nothing_has_no_quantile_and_takes_no_room() -> None:
    assert quantile(NOTHING, 0.5) is None
    assert dump(NOTHING) == b""


def test_an_hour_of_one_latency_takes_four_bytes() -> None:
    assert len(dump({bucket(12_345): 3_600})) == 4


def test_what_is_out_of_bounds_is_counted_at_them() -> None:
    assert bucket(-1) == 0
    assert bucket(LONGEST_US * 2) == bucket(LONGEST_US)
