import gc
from collections.abc import Iterator

import pytest

from watchkeeper.app.garbage import come_less_often, rest


@pytest.fixture(autouse=True)
def _collector() -> Iterator[None]:
    before = gc.get_threshold()
    gc.collect()  # else what other tests have left may be due to be looked through
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_is_being_made_is_not_looked_through_meanwhile() -> None:
    come_less_often()
    before = gc.get_stats()[2]["collections"]
    kept = [[number] for number in range(1_000_000)]
    assert gc.get_stats()[2]["collections"] == before
    assert len(kept) == 1_000_000


def test_what_stays_is_not_looked_through_again() -> None:
    kept = [[number] for number in range(1_000)]
    rest()
    assert gc.get_freeze_count() >= len(kept)
    assert not any(one is kept for one in gc.get_objects())


def test_what_is_given_up_later_goes_all_the_same() -> None:
    freed = []

    class Plan:
        def __del__(self) -> None:
            freed.append(True)

    plan = Plan()
    rest()
    del plan
    assert freed == [True]
