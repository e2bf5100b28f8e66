"""Damage: what is lawful, with a few bytes of it changed, lost or doubled."""

from collections.abc import Sequence

from hypothesis import strategies as st

Edit = tuple[int, int, bytes]
"""Where, how many bytes are lost there, and what comes instead."""

EDITS = st.lists(
    st.tuples(st.integers(0, 1_500), st.integers(0, 9), st.binary(max_size=9)), max_size=4
)


def damaged(*lawful: bytes) -> st.SearchStrategy[bytes]:
    """Return one of *lawful*, edited."""
    return st.builds(edited, st.sampled_from(lawful), EDITS)


def edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    """Return *data* with all *edits* made, each at its place within what there is."""
    for place, lost, instead in edits:
        at = place % (len(data) + 1)
        data = data[:at] + instead + data[at + lost :]
    return data


def cut(data: bytes, size: int) -> list[bytes]:
    """Return *data* in pieces of *size*, as a network might bring them."""
    return [data[at : at + size] for at in range(0, len(data), size)]
