"""B19: whatever a script does, it is judged in time, and nothing of it is left."""

import asyncio
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from itertools import islice
from pathlib import Path
from threading import Event

import pytest

from tests import debian
from tests.house import PAGE
from tests.loop import in_loop
from watchkeeper.app.kinds import aims
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import Mode, Node, Plan, Service
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.outside.journey import MOST_EVIDENCE
from watchkeeper.outside.outside import Outside, real
from watchkeeper.outside.run import MOST_OUTPUT, Output
from watchkeeper.probes import script

ROOT = Path(__file__).parents[2]
FOR_EVER = f"sleep 98765.{os.getpid():07}"
"""What scripts leave running: its argument tells it from all else on the machine."""
# Each bomb is limited twice: by its generations too, should the limit of processes not hold.
BOMB = f"""
bomb() {{ [ $1 = 0 ] || bomb $(($1 - 1)) | bomb $(($1 - 1)) & {FOR_EVER}; }}
bomb 8
"""
BOMB_OF_SESSIONS = f"""
[ ${{N:=8}} = 0 ] || {{ export N=$((N - 1)); setsid sh $0 & setsid sh $0 & }}
{FOR_EVER}
"""


async def look(
    text: str,
    timeout_ms: int = 10_000,
    options: script.Options | None = None,
    outside: Outside | None = None,
) -> Report:
    return await script.look(text, options or script.Options(), timeout_ms, outside or real())


def said(report: Report) -> tuple[Status, str]:
    return report.status, report.reason.code


def processes() -> Iterator[tuple[int, int, str, str]]:
    """Yield number, parent, state and command line of every process."""
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                state, parent = (folder / "stat").read_text().rpartition(")")[2].split()[:2]
                line = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                yield int(folder.name), int(parent), state, line


def left() -> list[str]:
    """Return what is still there of scripts that ended: orphans, keepers and zombies."""
    found = (
        f"{number} {state} {line}"
        for number, parent, state, line in processes()
        if FOR_EVER in line or (parent == os.getpid() and (state == "Z" or "keeper.py" in line))
    )
    return list(islice(found, 10))


def wait_until(is_so: Callable[[], bool]) -> None:
    """Wait until *is_so*, ten seconds at most."""
    for _ in range(200):
        if is_so():
            return
        Event().wait(0.05)
    raise AssertionError(left()[:10])


def limited(text: str) -> str:
    """Return a script that runs *text* as somebody who may have a hundred processes, no more.

    It is an account of our own: what runs as `nobody` besides would count too.
    """
    who = 1_000_000 + os.getpid()
    run = f"prlimit --nproc=100:100 setpriv --reuid {who} --regid {who} --clear-groups"
    return f"cat >$HOME/bomb <<'END'\n{text}\nEND\nexec {run} sh $HOME/bomb"


# What a script says


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("exit 0", (Status.HEALTHY, "")),
        ("", (Status.HEALTHY, "")),
        ("false", (Status.SICK, "exit:1")),
        ("exit 1", (Status.SICK, "exit:1")),
        ("exit 2", (Status.DEAD, "exit:2")),
        ("exit 3", (Status.DEAD, "exit:3")),
        ("exit 255", (Status.DEAD, "exit:255")),
        ("no-such-command", (Status.DEAD, "exit:127")),
        ("if", (Status.DEAD, "exit:2")),
        ("kill -KILL $$", (Status.DEAD, "signal:9")),
        ("kill 0; sleep 9", (Status.DEAD, "signal:15")),
        ("#!/bin/false\nexit 0", (Status.HEALTHY, "")),
        ("\n\n  false; true  \n", (Status.HEALTHY, "")),
        ("[ $# = 0 ] && ! read line", (Status.HEALTHY, "")),
    ],
)
@in_loop
async def test_the_exit_code_is_the_verdict(text: str, expected: tuple[Status, str]) -> None:
    assert said(await look(text)) == expected


@in_loop
async def test_exit_code_3_is_blind_where_the_node_says_so() -> None:
    options = script.Options(script_nagios_unknown=True)
    assert said(await look("exit 3", options=options)) == (Status.BLIND, "cannot_know")
    assert said(await look("exit 2", options=options)) == (Status.DEAD, "exit:2")


@in_loop
async def test_it_runs_in_our_directory_with_our_variables_but_not_with_secret_ones() -> None:
    os.environ |= {"WATCHKEEPER_CANARY": "canary", "WATCHKEEPER_OPEN": "open"}
    os.environ["WATCHKEEPER_STORE"] = "postgresql://user:canary@db.example/"
    outside = real()
    outside.shell.hidden = frozenset({"WATCHKEEPER_CANARY"})
    report = await look("pwd; env; tr '\\0' '\\n' </proc/$PPID/environ", outside=outside)
    for name in ("CANARY", "OPEN", "STORE"):
        del os.environ[f"WATCHKEEPER_{name}"]
    assert "WATCHKEEPER_OPEN=open" in str(report.evidence)
    assert str(Path.cwd()) in str(report.evidence)
    assert "canary" not in str(report.evidence)


@in_loop
async def test_its_text_stands_in_no_list_of_processes_and_in_no_file() -> None:
    report = await look("ps -ef || cat /proc/*/cmdline; ls /tmp; : not-for-you")
    assert "not-for-you" not in str(report.evidence)


@in_loop
async def test_what_it_says_is_evidence_and_its_last_line_is_the_detail() -> None:
    report = await look("echo one; echo two >&2; printf '\\033[2Jthree\\n\\n'; exit 2")
    assert report.reason.detail == "it ended with exit code 2; its last words: '[2Jthree'"
    assert "its output:\none\ntwo\n [2Jthree" in str(report.evidence)
    assert "\x1b" not in str(report.evidence)


@in_loop
async def test_of_a_long_output_the_end_is_kept() -> None:
    report = await look("seq 100000; exit 2")
    assert said(report) == (Status.DEAD, "exit:2")
    assert len(str(report.evidence)) <= MOST_EVIDENCE
    assert str(report.evidence).endswith("99999\n100000")
    output = Output()
    for _ in range(3):
        output.add(b"x" * MOST_OUTPUT)
    assert (len(output.text), output.is_cut) == (MOST_OUTPUT, True)


@in_loop
async def test_a_script_may_narrow_its_own_limits_and_no_others() -> None:
    files = resource.getrlimit(resource.RLIMIT_NOFILE)
    report = await look("ulimit -n 20; ulimit -v 500000; ulimit -t 60; ulimit -n; ulimit -t")
    assert str(report.evidence).splitlines()[-2:] == ["20", "60"]
    assert resource.getrlimit(resource.RLIMIT_NOFILE) == files


@in_loop
async def test_a_long_script_is_run_whole() -> None:
    assert said(await look("# " + "x" * 1_000_000 + "\nexit 1")) == (Status.SICK, "exit:1")


# Scripts that misbehave


STUBBORN = {
    "goes on": FOR_EVER,
    "talks on": "yes",
    "ignores signals": f"trap '' TERM HUP INT; {FOR_EVER}",
    "closes its output": f"exec >&- 2>&-; {FOR_EVER}",
    "hides in sessions": f"setsid {FOR_EVER} & env -i setsid {FOR_EVER} & wait",
    "stops itself": f"(setsid {FOR_EVER} &); kill -STOP $$",
    "forks and forks": "while :; do (exit 0 &) ; done",
    "buries nobody": f"sh -c 'for n in $(seq 1000); do : & done; exec {FOR_EVER}'",
}


@pytest.mark.parametrize("text", STUBBORN.values(), ids=STUBBORN)
@in_loop
async def test_a_script_that_does_not_end_is_dead_and_gone(text: str) -> None:
    report = await look(text, timeout_ms=300)
    assert said(report) == (Status.DEAD, "timeout")
    assert "it was still running the script" in report.reason.detail
    assert left() == []


LITTERING = {
    "a child": f"{FOR_EVER} & exit 1",
    "one that hangs on": f"nohup {FOR_EVER} >/dev/null 2>&1 & exit 1",
    "a session": f"setsid {FOR_EVER} & exit 1",
    "one without our mark": f"env -i setsid {FOR_EVER} & exit 1",
    "deaf orphans": f"(setsid sh -c 'trap \"\" TERM; {FOR_EVER} & {FOR_EVER}' &) & exit 1",
    "many": f"for n in $(seq 200); do (setsid {FOR_EVER} &); done; exit 1",
    "many dead": "for n in $(seq 200); do (exit 0 &); done; exit 1",
}


@pytest.mark.parametrize("text", LITTERING.values(), ids=LITTERING)
@in_loop
async def test_what_a_script_leaves_behind_is_gone_when_it_is_judged(text: str) -> None:
    assert said(await look(text)) == (Status.SICK, "exit:1")
    assert left() == []


@pytest.mark.skipif(os.getuid() != 0, reason="needs another user, whose processes are counted")
@pytest.mark.parametrize("text", [BOMB, BOMB_OF_SESSIONS], ids=["one group", "many sessions"])
@in_loop
async def test_a_fork_bomb_is_dead_and_gone(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with debian.folder("bomb") as home:
        monkeypatch.setenv("HOME", str(home))
        assert said(await look(limited(text), timeout_ms=500)) == (Status.DEAD, "timeout")
        assert left() == []


@in_loop
async def test_two_hundred_quick_scripts_leave_nothing() -> None:
    room = asyncio.Semaphore(8)

    async def take(number: int) -> Report:
        async with room:
            return await look(f"exit {number % 3}")

    codes = [report.status for report in await asyncio.gather(*map(take, range(200)))]
    assert codes == [(Status.HEALTHY, Status.SICK, Status.DEAD)[n % 3] for n in range(200)]
    assert left() == []


@in_loop
async def test_a_look_that_is_given_up_leaves_nothing() -> None:
    for wait_s in (0.0, 0.02, 0.2):
        task = asyncio.create_task(look(f"setsid {FOR_EVER} & {FOR_EVER}"))
        await asyncio.sleep(wait_s)
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        assert left() == []


def test_when_we_are_killed_our_scripts_are_gone_too() -> None:
    text = f"setsid {FOR_EVER} & {FOR_EVER}"
    program = (
        "import asyncio, uvloop\n"
        "from watchkeeper.outside.outside import real\n"
        "from watchkeeper.probes import script\n"
        f"uvloop.run(script.look({text!r}, script.Options(), 60_000, real()))\n"
    )
    with subprocess.Popen([sys.executable, "-c", program], cwd=ROOT) as watcher:
        wait_until(lambda: len(left()) >= 2)
        watcher.send_signal(signal.SIGKILL)
    wait_until(lambda: left() == [])


# What is not the script's fault


@in_loop
async def test_without_a_shell_it_is_blind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    report = await look("exit 0")
    assert said(report) == (Status.BLIND, "local")
    assert "could not be run: No such file or directory: sh" in report.reason.detail


@in_loop
async def test_without_a_process_of_our_own_it_is_blind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere")
    report = await look("exit 0")
    assert said(report) == (Status.BLIND, "local")
    assert "could not be started" in report.reason.detail


@in_loop
async def test_a_script_that_kills_its_keeper_is_blind() -> None:
    assert said(await look("kill -KILL $PPID; exit 0")) == (Status.BLIND, "local")


def test_the_plan_hands_each_script_to_the_probe_as_its_text() -> None:
    node = Node(
        key="disks",
        label="Disks",
        mode=Mode.SCRIPT,
        replicas=("0", "1"),
        scripts=("exit 0", "exit 1"),
        options={"script": script.Options()},
    )
    plan = Plan(page=PAGE, services=(Service(key="web", label="Web", nodes=(node,)),))
    second = aims(plan)[ReplicaName("web", "disks", "1")]
    assert (second.address, second.options) == ("exit 1", script.Options())
    assert second.probe is script.look
