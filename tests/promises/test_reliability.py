"""docs/reliability.md names what may happen and the tests that show what we do: they exist."""

import re
from pathlib import Path

from rig import runs

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/reliability.md").read_text()
ROWS = dict(re.findall(r"^\| ([A-Z][0-9]+) \|(.*)$", PAGE, re.MULTILINE))
TESTS = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
PLAYED = (ROOT / "tests/rig/test_rig_runs.py").read_text()
THREATS = {f"E{number}" for number in range(1, 15)}
FAULTS = {"F5", "F6", "F7", "F8", "F17", "F18", "F19", "F20", "F21"}
BARS = {"B5", "B7", "B17", "B19", "B25"}


def test_every_threat_fault_and_bar_of_looking_has_its_row() -> None:
    assert ROWS.keys() >= THREATS | FAULTS | BARS


def test_every_row_names_a_test_or_a_run() -> None:
    assert [row for row, text in ROWS.items() if not re.search(r"`test_|`rig ", text)] == []


def test_every_test_that_the_page_names_exists() -> None:
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert named - set(re.findall(r"def (test_\w+)\(", TESTS)) == set()


def test_every_run_that_the_page_names_is_one_of_the_rig_and_played_before_a_change() -> None:
    named = set(re.findall(r"`rig ([a-z]+)", PAGE))
    assert named <= set(runs.names())
    assert {name for name in named if not re.search(rf'"{name}[" ]', PLAYED)} == set()
