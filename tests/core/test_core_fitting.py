import pytest
from hypothesis import given
from hypothesis import strategies as st

from watchkeeper.core.fitting import CUT, Size, cut, in_bytes, in_utf16, listed

SIZES = [len, in_bytes, in_utf16]
WIDE = "a\N{PILE OF POO}ü"


def test_what_fits_is_left_as_it_is() -> None:
    assert cut("12345678", 8) == "12345678"
    assert listed(["a", "b"], 4) == "a, b"


def test_what_does_not_fit_is_cut_with_a_mark() -> None:
    assert cut("123456789", 8) == "1234[..]"


@pytest.mark.parametrize(
    ("size", "room", "said"),
    [
        (in_bytes, 9, "aüü[..]"),
        (in_bytes, 12, "aüü[..]"),
        (in_utf16, 8, "aüü[..]"),
        (in_utf16, 9, "aüü\N{PILE OF POO}[..]"),
    ],
)
def test_no_character_is_cut_in_two(size: Size, room: int, said: str) -> None:
    assert cut("aüü\N{PILE OF POO}" + "x" * 9, room, size) == said


def test_a_list_says_as_many_as_it_can_and_counts_the_rest() -> None:
    names = [f"web:api:{n}" for n in range(10)]
    assert listed(names, 40) == "web:api:0, web:api:1, and 8 more"
    assert listed(names, 40, between="\n") == "web:api:0\nweb:api:1\nand 8 more"


def test_a_list_without_room_counts_alone() -> None:
    assert listed(["x" * 50, "y"], 12) == "2 in all"


@pytest.mark.parametrize("size", SIZES)
@given(text=st.text(alphabet=WIDE, max_size=40), room=st.integers(len(CUT), 60))
def test_a_cut_text_fits_and_is_a_beginning(size: Size, text: str, room: int) -> None:
    said = cut(text, room, size)
    assert size(said) <= room
    assert text.startswith(said.removesuffix(CUT))


@pytest.mark.parametrize("size", SIZES)
@given(
    parts=st.lists(st.text(alphabet=WIDE, min_size=1, max_size=9), max_size=30),
    room=st.integers(12, 200),
)
def test_a_list_fits_and_forgets_nobody(size: Size, parts: list[str], room: int) -> None:
    said = listed(parts, room, size=size)
    assert size(said) <= room
    whole, _, more = said.rpartition(", and ")
    if said not in (", ".join(parts), f"{len(parts)} in all"):
        named = whole.split(", ")
        assert named == parts[: len(named)]
        assert more == f"{len(parts) - len(named)} more"
