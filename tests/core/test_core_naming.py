import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import API, MAIL, REPLICAS
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.naming import few

MANY = tuple(ReplicaName("web", "api", str(n)) for n in range(1, 128))


@pytest.mark.parametrize(
    ("room", "said"),
    [
        (100, "127 replicas: web:api:1, web:api:2, web:api:3 and 124 more"),
        (50, "127 replicas: web:api:1, web:api:2 and 125 more"),
        (40, "127 replicas: web:api:1 and 126 more"),
        (20, "127 replicas"),
    ],
)
def test_many_are_counted_and_as_many_are_named_as_fit(room: int, said: str) -> None:
    assert few(MANY, room) == said


def test_one_is_named_and_two_need_no_more() -> None:
    assert few([API], 50) == "web:api:1"
    assert few([API, MAIL], 50) == "2 replicas: web:api:1, mail:smtp:1"


def test_one_that_does_not_fit_is_counted() -> None:
    assert few([ReplicaName("web", "api", "x" * 500)], 100) == "1 replica"


def test_names_may_be_left_out_altogether() -> None:
    assert few(MANY, 100, most=0) == "127 replicas"
    assert few([API], 100, most=0) == "1 replica"


@given(st.lists(st.sampled_from(REPLICAS), min_size=1), st.integers(20, 200))
def test_no_more_room_is_taken_than_there_is_and_nobody_is_forgotten(
    names: list[ReplicaName], room: int
) -> None:
    said = few(names, room)
    assert len(said) <= room
    assert len(names) == 1 or said.startswith(f"{len(names)} replicas")
