from datetime import UTC, datetime
from pathlib import Path

from tests.config.config_samples import MINIMAL, NODE, SERVICE, loaded
from watchkeeper.core.plan import Window

HOUR = 3_600_000


def planned(folder: Path, window: str) -> Window:
    text = f'{MINIMAL}[[maintenance]]\ntitle = "Backups"\n{window}\n'
    (found,) = loaded(folder, text + SERVICE + NODE + 'mode = "push"\n').plan.windows
    return found


def at(*moment: int) -> int:
    return int(datetime(*moment, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc,arg-type]


def test_times_without_an_offset_are_by_the_clocks_of_the_place(tmp_path: Path) -> None:
    window = planned(
        tmp_path,
        "starts_at = 2030-07-07T02:00:00\nends_at = 2030-07-07T03:30:00\n"
        'repeats = "FREQ=WEEKLY;BYDAY=SU"\ntimezone = "Europe/Berlin"',
    )
    assert (window.starts_at, window.lasts_ms) == (at(2030, 7, 7), HOUR * 3 // 2)
    assert window.zone == "Europe/Berlin"


def test_times_with_an_offset_are_the_same_moments_there(tmp_path: Path) -> None:
    window = planned(
        tmp_path,
        "starts_at = 2030-07-07T00:00:00Z\nends_at = 2030-07-07T03:30:00\n"
        'repeats = "FREQ=WEEKLY;BYDAY=SU"\ntimezone = "Europe/Berlin"',
    )
    assert (window.starts_at, window.lasts_ms) == (at(2030, 7, 7), HOUR * 3 // 2)


def test_a_window_that_comes_once_lasts_as_long_as_it_really_does(tmp_path: Path) -> None:
    window = planned(
        tmp_path,
        "starts_at = 2030-10-26T22:00:00\nends_at = 2030-10-27T06:00:00\n"
        'timezone = "Europe/Berlin"',
    )
    assert window.lasts_ms == 9 * HOUR
    assert not window.zone
