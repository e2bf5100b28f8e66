import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import BLIND, DEAD, HEALTHY, SICK, UNDECIDED, believed
from watchkeeper.core.status import Standing, Status, ancestral, worst

several = st.lists(believed, max_size=5)


@given(several, several, several)
def test_worst_does_not_depend_on_who_is_asked_together(
    one: list[Status], two: list[Status], three: list[Status]
) -> None:
    assert worst([worst(one), worst([*two, *three])]) is worst([*one, *two, *three])


@given(several, several)
def test_worst_does_not_depend_on_the_order(one: list[Status], two: list[Status]) -> None:
    assert worst([*one, *two]) is worst([*two, *one])


@given(several)
def test_worst_counts_nothing_twice(statuses: list[Status]) -> None:
    assert worst([*statuses, *statuses]) is worst(statuses)


@given(several)
def test_healthy_changes_no_worst(statuses: list[Status]) -> None:
    assert worst([*statuses, HEALTHY]) is worst(statuses)


@given(st.lists(believed, min_size=1, max_size=5))
def test_worst_is_one_of_them_and_none_is_worse(statuses: list[Status]) -> None:
    assert worst(statuses) in statuses
    assert all(status <= worst(statuses) for status in statuses)


def test_nothing_at_all_is_healthy() -> None:
    assert worst([]) is HEALTHY


def test_what_is_only_said_by_a_source_is_below_all_that_is_believed() -> None:
    assert sorted(Status) == [BLIND, UNDECIDED, HEALTHY, SICK, DEAD]


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        (Standing.HEARD, [HEALTHY, SICK, DEAD]),
        (Standing.PENDING, [HEALTHY, HEALTHY, HEALTHY]),
        (Standing.BLIND, [SICK, SICK, DEAD]),
    ],
)
def test_the_ancestors_clients_know_three_words(standing: Standing, told: list[Status]) -> None:
    assert [ancestral(status, standing) for status in (HEALTHY, SICK, DEAD)] == told


def test_numbers_are_kept_in_databases_and_never_change() -> None:
    assert [(one.name, int(one)) for one in Status] == [
        ("BLIND", -2),
        ("UNDECIDED", -1),
        ("HEALTHY", 0),
        ("SICK", 1),
        ("DEAD", 2),
    ]
    assert [(one.name, int(one)) for one in Standing] == [
        ("HEARD", 0),
        ("PENDING", 1),
        ("BLIND", 2),
    ]


def test_words_are_in_lower_case() -> None:
    assert [status.word for status in (HEALTHY, SICK, DEAD)] == ["healthy", "sick", "dead"]
    assert [standing.word for standing in Standing] == ["heard", "pending", "blind"]
