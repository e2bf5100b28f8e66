from collections.abc import Iterator

from rig.moment import ahead

AHEAD = 1_000_000


class Reader:
    """Two clocks, and one who reads them in turn and is stopped before each reading."""

    def __init__(self, stops: Iterator[int]) -> None:
        self._stops = stops
        self._ns = 0

    def monotonic(self) -> int:
        self._ns += next(self._stops)
        return self._ns

    def wall(self) -> int:
        return self.monotonic() + AHEAD


def test_who_is_stopped_between_two_readings_does_not_misread_them() -> None:
    reader = Reader(iter([1, 5_000, 1] * 90 + [1] * 30))
    assert ahead(reader.wall, reader.monotonic) == AHEAD
