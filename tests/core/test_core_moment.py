import pytest

from watchkeeper.core.moment import span, timestamp


def test_a_moment_is_in_utc_to_the_second_or_exactly() -> None:
    assert timestamp(1_000_061_007) == "1970-01-12T13:47:41Z"
    assert timestamp(1_000_061_007, exactly=True) == "1970-01-12T13:47:41.007Z"


@pytest.mark.parametrize(
    ("ms", "words"),
    [
        (999, "less than 1 s"),
        (1_000, "1 s"),
        (59_999, "59 s"),
        (60_000, "1 min"),
        (7_199_999, "1 h"),
        (180_000_000, "2 d"),
    ],
)
def test_a_span_is_said_in_its_largest_unit(ms: int, words: str) -> None:
    assert span(ms) == words
