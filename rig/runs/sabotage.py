"""Sabotage (B24): breaks one rule at a time in a copy of the program; its test must notice."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rig.checker import Wrong
from rig.order import Order
from rig.summary import Result, blame

_ROOT = Path(__file__).resolve().parent.parent.parent
_PATCHES = _ROOT / "rig" / "sabotage"
_RULES = "tests/promises"
_LONGEST_S = 300.0
_RED = 1

_BY_RUNS: Mapping[str, Sequence[str]] = {
    "speak-before-commit": ("rig", "delivery"),
    "mark-before-sending": ("rig", "delivery"),
    "synchronous-off": ("rig", "acked"),
    "drop-late-victims": ("rig", "late"),
}
"""The sabotages that only a real process shows; a small test finds each of the others."""


@dataclass(frozen=True, slots=True)
class Watch:
    """Whether a sabotage was noticed, and by what, or why not."""

    noticed: bool
    words: str


def sabotages() -> tuple[str, ...]:
    """Return the name of each sabotage."""
    return tuple(sorted(patch.stem for patch in _PATCHES.glob("*.patch")))


async def sabotage(order: Order) -> Result:
    """Apply each patch that *order* names, all where it names none."""
    wrongs: list[Wrong] = []
    for name in order.names or sabotages():
        watch = await asyncio.to_thread(_sabotage, order.folder / name, name)
        print(f"{name:20}  {'' if watch.noticed else 'NOT '}noticed: {watch.words}", flush=True)
        if not watch.noticed:
            wrongs.append(Wrong("sabotage", f"{name}: {watch.words}"))
    return Result(wrongs=wrongs, lines=list(blame(wrongs)))


def _sabotage(copy: Path, name: str) -> Watch:
    copy.mkdir()
    shutil.copytree(_ROOT / "src", copy / "src")
    patched = _run(copy, "patch", "-p1", "-s", "-i", str(_PATCHES / f"{name}.patch"))
    if patched.returncode:
        return Watch(False, f"the patch does not apply: {_last(patched.stdout)}")
    imported = _run(copy, sys.executable, "-c", "import watchkeeper; print(watchkeeper.__file__)")
    if not imported.stdout.startswith(str(copy)):
        return Watch(False, f"not the copy is tested, but {_last(imported.stdout)}")
    try:
        watched = _run(copy, sys.executable, "-m", *_watchman(name, copy), cwd=_ROOT)
    except subprocess.TimeoutExpired:
        return Watch(True, f"nothing came to its end within {_LONGEST_S:.0f} s")
    finding = _finding(watched.stdout)
    if watched.returncode == _RED and finding:
        return Watch(True, finding)
    return Watch(False, _last(watched.stdout))


def _watchman(name: str, copy: Path) -> Sequence[str]:
    if name in _BY_RUNS:
        return _BY_RUNS[name]
    alone = ("-x", "-q", "-p", "no:cacheprovider", f"--basetemp={copy / 'tests'}")
    return ("pytest", *alone, _RULES, "-k", f"test_{name}_")


def _run(copy: Path, *command: str, cwd: Path | None = None) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command,
        cwd=cwd or copy,
        env=os.environ | {"PYTHONPATH": str(copy / "src"), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=_LONGEST_S,
        check=False,
    )


def _finding(output: str) -> str:
    """Return the first test that failed, or the first promise that was found broken."""
    lines = iter(output.splitlines())
    for line in lines:
        if line.startswith("FAILED"):
            return line.partition("::")[2]
        if line.startswith("wrong "):
            return next(lines, "").strip()
    return ""


def _last(output: str) -> str:
    lines = [line for line in output.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
