"""Each file of bad/ begins with the exact problems that are to be told about it."""

from pathlib import Path

import pytest

from tests.config.config_samples import ENVIRON, KINDS
from watchkeeper.config.check import check, exit_code, report

BAD = sorted((Path(__file__).parent / "bad").glob("*.cfg"))


def expected(text: str) -> list[str]:
    lines = text.splitlines()
    return [line.removeprefix("# ") for line in lines if line.startswith("# config.cfg:")]


@pytest.mark.parametrize("file", BAD, ids=lambda file: file.stem)
def test_a_bad_file_is_told_whole(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = file.read_text()
    monkeypatch.chdir(tmp_path)
    Path("config.cfg").write_text(text)
    problems = check(Path("config.cfg"), KINDS, ENVIRON)
    assert report(problems) == expected(text)
    assert exit_code(problems) == 2


def test_there_are_bad_files() -> None:
    assert len(BAD) >= 15
