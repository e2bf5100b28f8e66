from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.core.room import Room, places

sizes = st.integers(1, 40)
steps = st.lists(st.tuples(st.sampled_from(["prompt", "long", "grow", "end"]), st.booleans()))


@dataclass
class Crowd:
    """Looks under way, as a room lets them begin."""

    room: Room
    prompt: int = 0
    long: int = 0
    given_up: int = 0
    most_long_seen: int = field(default=0)

    def step(self, what: str, *, of_long: bool) -> None:
        if what in {"prompt", "long"}:
            is_long = what == "long"
            if self.room.admits(self.prompt, self.long, is_long=is_long):
                self.long, self.prompt = self.long + is_long, self.prompt + (not is_long)
        elif what == "grow" and self.prompt:
            self.prompt -= 1
            gives_up = self.room.gives_up(self.long)
            self.given_up, self.long = self.given_up + gives_up, self.long + (not gives_up)
        elif what == "end":
            self.long, self.prompt = (
                max(0, self.long - of_long),
                max(0, self.prompt - (not of_long)),
            )


@given(sizes, steps)
def test_long_looks_never_take_more_than_half_of_the_room(
    most: int, taken: list[tuple[str, bool]]
) -> None:
    crowd = Crowd(Room(most=most))
    for what, of_long in taken:
        crowd.step(what, of_long=of_long)
        assert crowd.long <= max(1, most // 2)
        assert crowd.prompt + crowd.long <= most


@given(st.integers(2, 40), steps)
def test_whoever_hangs_there_is_a_place_once_the_prompt_looks_have_ended(
    most: int, taken: list[tuple[str, bool]]
) -> None:
    crowd = Crowd(Room(most=most))
    for what, of_long in taken:
        crowd.step(what, of_long=of_long)
    assert crowd.room.admits(0, crowd.long, is_long=False)


@given(sizes, st.integers(0, 100))
def test_scripts_are_never_given_up(most: int, long: int) -> None:
    assert not Room(most=most, makes_way=False).gives_up(long)


def test_one_place_is_for_everybody() -> None:
    assert Room(most=1).admits(0, 0, is_long=True)
    assert Room(most=1).admits(0, 0, is_long=False)


@pytest.mark.parametrize(
    ("descriptors", "enough_for"), [(3, 2), (128, 16), (1_024, 128), (20_000, 1_000)]
)
def test_looks_leave_descriptors_for_all_else(descriptors: int, enough_for: int) -> None:
    assert places(descriptors, 1_000) == enough_for
