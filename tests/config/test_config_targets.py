from dataclasses import dataclass, field

from watchkeeper.config.targets import daily_limit, targets
from watchkeeper.core.plan import Target
from watchkeeper.core.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Alone:
    """A kind with one target."""

    to: str = "a"


@dataclass(frozen=True, slots=True, kw_only=True)
class Many:
    """A kind with several."""

    sender: str = "me"
    to: tuple[str | Secret, ...] = field(metadata={"target": True})


def test_a_kind_has_one_target_unless_a_field_of_it_names_several() -> None:
    assert targets(Alone()) == {"": Target(settings=Alone())}


def test_each_target_has_the_settings_that_name_it_alone() -> None:
    found = list(targets(Many(to=("a", "b"))).values())
    assert found == [
        Target(settings=Many(to=("a",)), rank=0, name="a"),
        Target(settings=Many(to=("b",)), rank=1, name="b"),
    ]


def test_an_address_that_stands_twice_is_one_target() -> None:
    assert len(targets(Many(to=("a", "b", "a")))) == 2


def test_a_target_keeps_its_lane_when_others_come_and_go() -> None:
    assert targets(Many(to=("a", "b"))).keys() > targets(Many(to=("b",))).keys()


def test_the_name_of_a_secret_target_gives_nothing_away() -> None:
    found = targets(Many(to=(Secret("hidden"),)))
    assert [target.name for target in found.values()] == ["to 1"]
    assert "hidden" not in repr(found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """A kind whose messages are paid for."""

    most: int = field(default=7, metadata={"daily_limit": True})


def test_a_kind_whose_messages_are_paid_for_says_how_many_a_day() -> None:
    assert (daily_limit(Paid()), daily_limit(Alone())) == (7, None)
