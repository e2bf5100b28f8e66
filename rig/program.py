"""The program under test, as a real process: its file, its start and its ends."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rig import wire
from rig.clients import MANAGER_TOKEN, TOKEN
from rig.history import Act, Deed, History
from rig.moment import now
from rig.port import free_port
from rig.wire import ANY, Place

GRACE_S = 2
_START_S = 30.0
_ROOT = Path(__file__).resolve().parent.parent
_FILE = """\
[server]
inet = "127.0.0.1:1"
log_level = "warn"
manager_token = "{manager_token}"
reporter_token = "{token}"

[branding]
page_url = "http://status.example.com/"
company_name = "Rig"
icon_color = "#000"
icon_url = "http://status.example.com/i.png"
logo_color = "#000"
logo_url = "http://status.example.com/l.png"
website_url = "http://status.example.com/"
support_url = "mailto:support@example.com"

[metrics]
poll_interval = {interval_s}
poll_delay_dead = {deadline_s}
poll_retry = 0
push_delay_dead = {grace_s}
local_delay_dead = {grace_s}
{unknown}

[notify]
alert_on = "{alert_on}"
pace = {pace}
flap_changes = {flap_changes}
{notify}
"""
_CHANNEL = """
[[notify.webhook]]
name = "{name}"
hook_url = "{url}"
"""
_SERVICE = """
[[probe.service]]
id = "{id}"
label = "{id}"
"""
_NODE = """
[[probe.service.node]]
id = "{id}"
label = "{id}"
mode = "{mode}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wiring:
    """What the program's file says: *looked* are URLs by node, *channels* URLs by name.

    *keys* are further lines of a node's table, *notify* of that of all channels, *unknown* of the
    metrics.
    """

    looked: Mapping[str, Sequence[str]]
    channels: Mapping[str, str]
    alert_on: str = "page"
    grace_s: int = GRACE_S
    pace: tuple[int, ...] = (1, 2, 3)
    keys: Mapping[str, str] = field(default_factory=dict)
    interval_s: int = 1
    deadline_s: int = 10
    flap_changes: int = 0
    notify: str = ""
    unknown: str = ""

    def write(self, file: Path) -> None:
        """Write the program's file."""
        file.write_text(self.text())

    def text(self) -> str:
        """Return the program's file."""
        text = _FILE.format(
            token=TOKEN,
            manager_token=MANAGER_TOKEN,
            alert_on=self.alert_on,
            grace_s=self.grace_s,
            pace=list(self.pace),
            flap_changes=self.flap_changes,
            notify=self.notify,
            interval_s=self.interval_s,
            deadline_s=self.deadline_s,
            unknown=self.unknown,
        )
        text += "".join(_CHANNEL.format(name=name, url=url) for name, url in self.channels.items())
        text += _SERVICE.format(id="looked")
        for node, urls in self.looked.items():
            text += _NODE.format(id=node, mode="poll") + f"replicas = {json.dumps(list(urls))}\n"
            text += self.keys.get(node, "") + "\n"
        text += _SERVICE.format(id="reporters")
        return text + "".join(_NODE.format(id=mode, mode=mode) for mode in ("push", "local"))


@dataclass(slots=True)
class Program:
    """One process, started again and again on the same store and port."""

    history: History
    name: str
    config: Path
    store: str
    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    place: Place = ANY
    _process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        if not self.place.port:
            self.place = Place("127.0.0.1", free_port())

    @property
    def log(self) -> Path:
        """Return the file with everything that the program said."""
        return self.folder / f"{self.name}.log"

    @property
    def is_running(self) -> bool:
        """Return whether the process (or what wraps it) lives."""
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int:
        """Return the program's own process id, under whatever wraps it."""
        if self._process is None:
            raise ProcessLookupError(f"{self.name} was never started")
        pid = self._process.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return int(children[0]) if children and _is_strace(pid) else pid

    def start(self, wrapper: Sequence[str] = ()) -> None:
        """Start the process, under *wrapper* where one is given."""
        self.history.note(Deed(now(), Act.START, self.name, " ".join(wrapper)))
        serve = ["-m", "watchkeeper", "serve", "-c", str(self.config), "--store", self.store]
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*wrapper, sys.executable, *serve, "--inet", str(self.place)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={**os.environ, "STATE_DIRECTORY": str(self.folder), **self.environment},
                cwd=_ROOT,
                start_new_session=True,
            )

    async def ready(self) -> bool:
        """Wait until the program serves; return whether it does, and not died before."""
        async with asyncio.timeout(_START_S):
            while self.is_running:
                answer = await wire.ask(self.place, "GET", "/health/ready")
                if answer.is_good:
                    self.history.note(Deed(now(), Act.READY, self.name))
                    return True
                await asyncio.sleep(0.05)
        return False

    async def serve(self, wrapper: Sequence[str] = ()) -> None:
        """Start the process and wait until it serves; raise ChildProcessError if it ends."""
        self.start(wrapper)
        if not await self.ready():
            last = self.log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise ChildProcessError(f"{self.name} does not serve: {last}")

    def kill(self, how: str = "at random") -> None:
        """End the process, and what wraps it, with SIGKILL."""
        if self._process is None:
            return
        if self._process.returncode is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self.history.note(Deed(now(), Act.KILL, self.name, how))

    async def stop(self) -> int:
        """End the process with SIGTERM; return its exit code."""
        process = self._process
        if process is None:
            return 0
        os.kill(self.pid, signal.SIGTERM)
        code = await asyncio.to_thread(process.wait, 30)
        self.history.note(Deed(now(), Act.STOP, self.name))
        return code

    def reload(self, comment: str) -> None:
        """Let the program read its file anew, to which *comment* is added."""
        with self.config.open("a") as file:
            file.write(f"# {comment}\n")
        self.history.note(Deed(now(), Act.RELOAD, self.name))
        os.kill(self.pid, signal.SIGHUP)

    def freeze(self) -> None:
        """Stop the process where it stands."""
        self.history.note(Deed(now(), Act.FREEZE, self.name))
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        """Let the process go on."""
        os.kill(self.pid, signal.SIGCONT)
        self.history.note(Deed(now(), Act.THAW, self.name))

    async def report(self) -> Any:
        """Return what `/status/report` says, None where it does not answer."""
        answer = await wire.ask(self.place, "GET", "/status/report")
        return json.loads(answer.body) if answer.is_good else None


def _is_strace(pid: int) -> bool:
    return Path(f"/proc/{pid}/comm").read_text().strip() == "strace"
