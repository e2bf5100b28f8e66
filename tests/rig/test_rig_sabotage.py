"""Sabotages are patches of the program as it is now: they are written again when it moves on."""

import ast
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rig.runs.sabotage import sabotages

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", sabotages())
def test_a_sabotage_applies_and_leaves_a_program(name: str, tmp_path: Path) -> None:
    patch = ROOT / "rig" / "sabotage" / f"{name}.patch"
    broken = re.findall(r"^\+\+\+ b/(\S+)", patch.read_text(), re.MULTILINE)
    for file in broken:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / file, tmp_path / file)
    subprocess.run(["patch", "-p1", "-s", "-i", patch], cwd=tmp_path, check=True)
    for file in broken:
        ast.parse((tmp_path / file).read_text())
