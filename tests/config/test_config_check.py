from pathlib import Path

from tests.config.config_samples import KINDS, MINIMAL, NODE, SERVICE
from watchkeeper.config.check import check, exit_code, report

PUSH = MINIMAL + SERVICE + NODE + 'mode = "push"\n'


def test_a_good_file_has_nothing_to_report(tmp_path: Path) -> None:
    path = tmp_path / "config.cfg"
    path.write_text(PUSH)
    problems = check(path, KINDS, {})
    assert report(problems) == []
    assert exit_code(problems) == 0


def test_warnings_alone_are_reported_and_do_not_fail(tmp_path: Path) -> None:
    path = tmp_path / "config.cfg"
    path.write_text(PUSH + "modes = 5\n")
    problems = check(path, KINDS, {})
    assert report(problems) == [
        (
            f"{path}:24: probe.service[0].node[0].modes: is not a known key; did you mean mode?"
            " (warning)"
        )
    ]
    assert exit_code(problems) == 0


def test_strict_makes_an_unknown_key_an_error(tmp_path: Path) -> None:
    path = tmp_path / "config.cfg"
    path.write_text(PUSH + "modes = 5\n")
    assert exit_code(check(path, KINDS, {}, strict=True)) == 2
