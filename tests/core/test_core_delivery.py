import pytest

from watchkeeper.core.delivery import DeliveryError, Refused, Unreachable


def test_a_failure_says_what_it_knows_in_words() -> None:
    error = Unreachable("no answer in time", retry_after_ms=5_000, maybe=False)
    assert (str(error), error.retry_after_ms, error.maybe) == ("no answer in time", 5_000, False)


def test_what_is_not_known_may_have_been_accepted() -> None:
    error = Unreachable("reset")
    assert (error.retry_after_ms, error.maybe) == (0, True)


@pytest.mark.parametrize("error", [Refused("status 404"), Unreachable("refused")])
def test_both_ends_are_one_kind_of_error(error: DeliveryError) -> None:
    with pytest.raises(DeliveryError):
        raise error
