"""Sabotage (B24): breaks one rule at a time in a copy of the program; its test must notice."""

import asyncio
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from rig.checker import Wrong
from rig.runs.order import Order
from rig.summary import Result, blame

_ROOT = Path(__file__).resolve().parent.parent.parent
_PATCHES = _ROOT / "rig" / "sabotage"
_RULES = "tests/promises/test_sabotage_rules.py"
_LONGEST_S = 300.0
_RED = 1

RUNS: Mapping[str, Sequence[str]] = {
    "speak-before-commit": ("rig", "delivery"),
    "mark-before-sending": ("rig", "delivery"),
    "synchronous-off": ("rig", "acked"),
    "drop-late-victims": ("rig", "late"),
}
"""The sabotages that only a real process shows; a small test finds each of the others."""


async def sabotage(order: Order) -> Result:
    """Apply each patch that *order* names, all where it names none."""
    names = order.names or tuple(sorted(patch.stem for patch in _PATCHES.glob("*.patch")))
    wrongs: list[Wrong] = []
    lines: list[str] = []
    for name in names:
        complaint = await asyncio.to_thread(_sabotage, order.folder / name, name)
        lines.append(f"{name:20}  {complaint or 'noticed'}")
        print(lines[-1], flush=True)
        if complaint:
            wrongs.append(Wrong("sabotage", f"{name}: {complaint}"))
    return Result(wrongs=wrongs, lines=list(blame(wrongs)))


def _sabotage(copy: Path, name: str) -> str:
    """Return what is wrong with the watchman of *name*, '' when it noticed."""
    copy.mkdir()
    shutil.copytree(_ROOT / "src", copy / "src")
    patched = _run(copy, "patch", "-p1", "-s", "-i", str(_PATCHES / f"{name}.patch"))
    if patched.returncode:
        return f"the patch does not apply: {patched.stdout.strip()}"
    imported = _run(copy, sys.executable, "-c", "import watchkeeper; print(watchkeeper.__file__)")
    if not imported.stdout.startswith(str(copy)):
        return f"not the copy is tested, but {imported.stdout.strip()}"
    try:
        watched = _run(copy, sys.executable, "-m", *_watchman(name), cwd=_ROOT)
    except subprocess.TimeoutExpired:
        return ""
    if watched.returncode == _RED and _is_a_finding(watched.stdout):
        return ""
    return "not noticed" if not watched.returncode else f"not tested: {_last(watched.stdout)}"


def _watchman(name: str) -> Sequence[str]:
    rule = ("pytest", "-x", "-q", "-p", "no:cacheprovider", _RULES, "-k", f"test_{name}_")
    return RUNS.get(name, rule)


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


def _is_a_finding(output: str) -> bool:
    """Return whether a test failed, or the checker found a promise broken."""
    return any(line.startswith(("FAILED", "wrong ")) for line in output.splitlines())


def _last(output: str) -> str:
    return next(_backwards(output), "it said nothing")


def _backwards(output: str) -> Iterator[str]:
    return (line for line in reversed(output.splitlines()) if line.strip())
