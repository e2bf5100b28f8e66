"""Whatever happens while a replica is held, the last word after its release is the truth."""

from hypothesis import given
from hypothesis import strategies as st

from tests.core.core_samples import REPLICAS, dead, moment
from watchkeeper.core.alert import Alert, advance, counted
from watchkeeper.core.name import ReplicaName

Names = set[ReplicaName]
some = st.sets(st.sampled_from(REPLICAS))
days = st.lists(st.tuples(some, some), min_size=1, max_size=12)
"""Second by second, who is dead and who is held."""


def told(course: list[tuple[Names, Names]]) -> list[Names]:
    """Return who is dead, second by second, for whoever believes all that was said."""
    alert: Alert | None = None
    believed: Names = set()
    found = []
    for second, (names, held) in enumerate(course, 1):
        step = advance(alert, "page", counted(alert, dead(names), held), moment(second), {})
        if step:
            believed |= {one.replica for one in step.died}
            believed -= {back.member.replica for back in step.back}
            alert = None if step.alert.closed else step.alert
        found.append(set(believed))
    return found


@given(days, some)
def test_after_the_release_of_all_the_last_word_is_the_truth(
    course: list[tuple[Names, Names]], truth: Names
) -> None:
    assert told([*course, (truth, set())])[-1] == truth


@given(days)
def test_of_who_is_held_nothing_is_said_and_of_all_others_the_truth(
    course: list[tuple[Names, Names]],
) -> None:
    before: Names = set()
    for (names, held), believed in zip(course, told(course), strict=True):
        assert believed & held == before & held
        assert believed - held == names - held
        before = believed


@given(days)
def test_where_nobody_is_held_the_dead_are_counted_as_they_are(
    course: list[tuple[Names, Names]],
) -> None:
    for names, _ in course:
        assert counted(None, dead(names), ()) == dead(names)
