"""The program as its operator meets it: outages, kills, changed files, a second process."""

import json
import os
import re
import signal
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg
import pytest

from rig.port import free_port
from rig.postgres import Server
from tests.cluster import Cluster, running_server
from tests.running import (
    DEADLINE_S,
    Receiver,
    answered,
    eventually,
    is_ready,
    receiving,
    serving,
    start,
    stop,
    write_config,
)

DEAD, HEALTHY = ("changed", "dead"), ("changed", "healthy")
_MORE = """
[[probe.service.node]]
id = "more"
label = "More"
mode = "push"
"""


@contextmanager
def listening(port: int) -> Iterator[None]:
    with socket.create_server(("127.0.0.1", port)):
        yield


def told(receiver: Receiver) -> list[tuple[str, str]]:
    """What was said of alerts, startup messages left out."""
    heard = [(said["type"], said["status"]) for said in receiver.heard]
    return [said for said in heard if said[0] != "startup"]


def page(port: int, path: str = "/status/text") -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=DEADLINE_S) as answer:
        text: str = answer.read().decode()
        return text


def manage(port: int, method: str, path: str, body: Any = None) -> Any:
    """Ask the manager's wire, whose token is `m`; return what its JSON says."""
    asked = urllib.request.Request(
        f"http://127.0.0.1:{port}/manager/{path}/",
        json.dumps(body).encode(),
        {"Authorization": "Basic Om0=", "Content-Type": "application/json"},
        method=method,
    )
    with urllib.request.urlopen(asked, timeout=DEADLINE_S) as answer:
        text = answer.read()
        return json.loads(text) if text else None


def kinds_told(receiver: Receiver) -> list[str]:
    return [said["type"] for said in receiver.heard]


def ids(receiver: Receiver, kind: str) -> set[str]:
    """Return the ids of the messages of *kind* heard; one that is repeated keeps its own."""
    return {said["id"] for said in receiver.heard if said["type"] == kind}


def labels(port: int) -> list[str]:
    report = json.loads(page(port, "/status/report"))
    return [node["name"] for service in report["probes"] for node in service["nodes"]]


def relabel(config: Path, process: "subprocess.Popen[str]", old: str, new: str) -> None:
    config.write_text(config.read_text().replace(old, new))
    process.send_signal(signal.SIGHUP)


def replicas_said(port: int) -> list[str]:
    """Return what programs read of every replica; a blind one is sick in the ancestors' words."""
    report = json.loads(page(port, "/status/report"))
    nodes = [node for service in report["probes"] for node in service["nodes"]]
    return [word for node in nodes for word in node["replicas"]]


def test_a_kill_in_the_middle_of_an_outage_changes_nothing(tmp_path: Path, store_url: str) -> None:
    port = free_port()
    with receiving() as receiver, socket.create_server(("127.0.0.1", 0)) as listener:
        target = listener.getsockname()[1]
        config = write_config(tmp_path, hook=receiver.port, port=port, target=target)
        place = ("serve", "-c", config, "--store", store_url)
        with serving(tmp_path, *place, port=port) as process:
            eventually(lambda: [said["type"] for said in receiver.heard] == ["startup"])
            assert page(port) == "healthy"
            listener.close()
            eventually(lambda: told(receiver) == [DEAD])
            assert "refused" in page(port, "/")
            process.kill()
        with serving(tmp_path, *place, port=port) as process:
            eventually(lambda: page(port) == "dead")
            with listening(target):
                eventually(lambda: told(receiver) == [DEAD, HEALTHY])
                assert page(port) == "healthy"
                assert stop(process) == 0
    assert len({said["id"] for said in receiver.heard}) == len(receiver.heard) == 3
    assert receiver.heard[2]["recovered"][0]["told"] is True


def test_reminders_go_on_after_a_kill_and_say_no_change_again(
    tmp_path: Path, store_url: str
) -> None:
    port = free_port()
    with receiving() as receiver:
        config = write_config(tmp_path, hook=receiver.port, port=port)
        config.write_text(f"{config.read_text()}\n[notify]\nreminder_interval = 1\n")
        place = ("serve", "-c", config, "--store", store_url)
        with serving(tmp_path, *place, port=port) as process:
            eventually(lambda: len(ids(receiver, "reminder")) >= 2)
            process.kill()
        before = len(ids(receiver, "reminder"))
        with serving(tmp_path, *place, port=port) as process:
            eventually(lambda: len(ids(receiver, "reminder")) >= before + 3)
            assert stop(process) == 0
    assert len(ids(receiver, "changed")) == 1
    about = [said for said in receiver.heard if said["type"] != "startup"]
    assert len({said["alert"] for said in about}) == 1
    distinct = {said["id"] for said in about}
    assert len(distinct) == 1 + len(ids(receiver, "reminder")) >= before + 4
    # What a kill or a receiver's silence cut off comes again: under its own id, word for word.
    assert len({json.dumps(said) for said in about}) == len(distinct)


def test_nobody_is_reminded_of_what_ended_while_nobody_ran(tmp_path: Path) -> None:
    port = free_port()
    with receiving() as receiver:
        target = free_port()
        config = write_config(tmp_path, hook=receiver.port, port=port, target=target)
        config.write_text(f"{config.read_text()}\n[notify]\nreminder_interval = 1\n")
        with serving(tmp_path, "serve", "-c", config, port=port) as process:
            eventually(lambda: told(receiver) == [DEAD])
            process.kill()
        before = len(told(receiver))
        with listening(target), serving(tmp_path, "serve", "-c", config, port=port):
            eventually(lambda: HEALTHY in told(receiver))
    assert {kind for kind, _ in told(receiver)[before:]} == {"changed"}
    # A start whose commit the kill cut off is told again, and is the same.
    assert len({said["id"] for said in receiver.heard if said["type"] == "startup"}) <= 1


def test_what_people_wrote_and_ordered_survives_a_kill(tmp_path: Path) -> None:
    port = free_port()
    config = write_config(tmp_path, port=port)
    with serving(tmp_path, "-c", config, port=port) as process:
        manage(port, "POST", "announcement", {"title": "Moving", "text": "one\ntwo"})
        manage(port, "PUT", "prober/alerts/ignored", {"reminders_seconds": 600})
        process.kill()
        process.wait()
    with serving(tmp_path, "-c", config, port=port):
        assert "one<br>two" in page(port, "/")
        [told] = manage(port, "GET", "announcements")
        assert told["title"] == "Moving"
        assert 500 < manage(port, "GET", "prober/alerts/ignored")["reminders_seconds"] <= 600


def test_a_bad_file_never_stops_a_running_monitor(tmp_path: Path) -> None:
    port = free_port()
    config = write_config(tmp_path, port=port)
    good = config.read_text()
    with serving(tmp_path, "-c", config, port=port) as process:
        config.write_text(good.replace('mode = "poll"', 'mode = "pull"'))
        process.send_signal(signal.SIGHUP)
        config_lines = iter(process.stderr or ())
        assert any("not 'pull'" in line for line in config_lines)
        assert any("the old one goes on" in line for line in config_lines)
        assert labels(port) == ["API"]
        config.write_text(good + _MORE)
        process.send_signal(signal.SIGHUP)
        assert any("is taken" in line for line in config_lines)
        eventually(lambda: labels(port) == ["API", "More"])


def test_a_monitor_goes_on_when_whoever_read_its_words_has_left(tmp_path: Path) -> None:
    port = free_port()
    config = write_config(tmp_path, port=port)
    with serving(tmp_path, "-c", config, port=port) as process:
        assert process.stderr
        process.stderr.close()
        relabel(config, process, "API", "Second")
        eventually(lambda: labels(port) == ["Second"])
        relabel(config, process, "Second", "Third")
        eventually(lambda: labels(port) == ["Third"])


def test_a_hangup_during_the_start_ends_nothing_and_is_heard_after_it(tmp_path: Path) -> None:
    port = free_port()
    config = write_config(tmp_path, port=port)
    process = start(tmp_path, "-c", config, python=("-X", "importtime"))
    try:
        told = iter(process.stderr or ())
        assert any("argparse" in line for line in told), "the first import of the commands"
        process.send_signal(signal.SIGHUP)
        assert any(f"{config} is taken" in line for line in told)
    finally:
        assert stop(process) == 0


def test_a_hangup_ends_a_command_that_reads_nothing_again(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        process = start(tmp_path, "try", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        asking, _ = silent.accept()
        with asking:
            assert stop(process, by=signal.SIGHUP) == -signal.SIGHUP


def test_an_address_is_looked_at_as_soon_as_the_file_allows_it(tmp_path: Path) -> None:
    port = free_port()
    config = write_config(tmp_path, port=port, target=port)
    config.write_text(config.read_text().replace("tcp://127.0.0.1", "tcp://0.0.0.0"))
    with serving(tmp_path, "-c", config, port=port) as process:
        eventually(lambda: "blocked by policy" in page(port, "/"))
        listed = 'allowed_addresses = ["0.0.0.0"]\n'
        config.write_text(config.read_text().replace("[server]\n", f"[server]\n{listed}"))
        process.send_signal(signal.SIGHUP)
        eventually(lambda: "blocked by policy" not in page(port, "/"))


def test_a_dead_resolver_makes_names_blind_and_delays_nobody_else(tmp_path: Path) -> None:
    port = free_port()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        hosts = ["127.0.0.1", socket.gethostname(), "localhost"]
        names = [f"{n}.example" for n in range(30)]
        replicas = json.dumps([f"tcp://{host}:{port}" for host in (*hosts, *names)])
        config = write_config(tmp_path, port=port)
        text = re.sub(r"replicas = .*", lambda _: f"replicas = {replicas}", config.read_text())
        resolver = f'resolver = "127.0.0.1:{silent.getsockname()[1]}"'
        config.write_text(text.replace("poll_retry = 0", "poll_retry = 0\npoll_delay_dead = 1"))
        with config.open("a") as file:
            file.write(f"{resolver}\n")
        with serving(tmp_path, "-c", config, "--inet", f"0.0.0.0:{port}", port=port) as process:
            eventually(lambda: replicas_said(port) == ["healthy"] * 3 + ["sick"] * len(names))
            assert "names cannot be resolved" in page(port, "/")
            notices = iter(process.stderr or ())
            assert any("is failing" in line for line in notices)
            process.terminate()
            assert not any("is failing" in line for line in notices)


def test_a_node_that_leaves_the_file_takes_its_alert_along(tmp_path: Path) -> None:
    port = free_port()
    with receiving() as receiver:
        config = write_config(tmp_path, hook=receiver.port, port=port)
        text = config.read_text()
        gone = text[text.index("[[probe.service.node]]") :]
        kept = [gone.replace('"api"', f'"{name}"').replace("poll", "push") for name in "abc"]
        kept = ["\n".join(part.splitlines()[:-1]) + "\n" for part in kept]
        config.write_text(text + "".join(kept))
        with serving(tmp_path, "-c", config, port=port) as process:
            eventually(lambda: told(receiver) == [DEAD])
            config.write_text(text.replace(gone, "".join(kept)))
            process.send_signal(signal.SIGHUP)
            eventually(lambda: told(receiver) == [DEAD, HEALTHY])
            assert labels(port) == ["API"] * 3
    assert receiver.heard[-1]["recovered"][0]["why"] == "removed"


def test_two_processes_share_what_they_are_told(tmp_path: Path, cluster: Cluster) -> None:
    one, two = free_port(), free_port()
    store = ("--store", cluster.database())
    config = write_config(tmp_path)
    config.write_text(config.read_text() + _MORE)
    with (
        serving(tmp_path, "-c", config, *store, "--inet", f"127.0.0.1:{one}", port=one),
        serving(tmp_path, "-c", config, *store, "--inet", f"127.0.0.1:{two}", port=two),
    ):
        report(one, {"replica": "r", "interval": 60, "load": {"cpu": 5, "ram": 0.1}})
        eventually(lambda: replicas(two)["More"] == ["sick"])
        report(two, {"replica": "r", "interval": 60, "load": {"cpu": 0.1, "ram": 0.1}})
        eventually(lambda: replicas(one)["More"] == ["healthy"])
        manage(one, "POST", "announcement", {"title": "Moving", "text": "Tonight"})
        eventually(lambda: "Moving" in page(two, "/"))
        eventually(lambda: page(one, "/") == page(two, "/"))


def test_a_file_changed_here_and_then_there_adds_first_and_removes_last(
    tmp_path: Path, cluster: Cluster
) -> None:
    one, two = free_port(), free_port()
    store = ("--store", cluster.database())
    old, new = write_config(tmp_path), tmp_path / "new.cfg"
    both = old.read_text() + _MORE + _MORE.replace("ore", "uch")
    old.write_text(both)
    new.write_text(both)
    with (
        serving(tmp_path, "-c", new, *store, "--inet", f"127.0.0.1:{one}", port=one) as first,
        serving(tmp_path, "-c", old, *store, "--inet", f"127.0.0.1:{two}", port=two) as second,
    ):
        changed = both.replace("ore", "any")
        new.write_text(changed)
        first.send_signal(signal.SIGHUP)
        eventually(lambda: labels(one) == labels(two) == ["API", "More", "Many", "Much"])
        old.write_text(changed)
        second.send_signal(signal.SIGHUP)
        eventually(lambda: labels(one) == labels(two) == ["API", "Many", "Much"])


def test_a_database_that_hangs_does_not_hold_up_the_end(tmp_path: Path, own_server: Server) -> None:
    port = free_port()
    config = write_config(tmp_path, port=port)
    with (
        serving(tmp_path, "-c", config, "--store", own_server.url, port=port) as process,
        frozen(own_server),
    ):
        eventually(lambda: not is_ready(port))
        assert stop(process) == 0


@pytest.mark.parametrize(
    "before",
    ["SELECT 1", "UPDATE meta SET value = '0 0 0' WHERE key LIKE 'clock:%'"],
    ids=["after a moment", "after years in which nobody watched"],
)
def test_a_database_that_hangs_does_not_hold_up_the_end_of_a_start(
    tmp_path: Path, own_server: Server, before: LiteralString
) -> None:
    port = free_port()
    place = ("-c", write_config(tmp_path, port=port), "--store", own_server.url)
    with serving(tmp_path, *place, port=port) as process:
        assert stop(process) == 0
    with psycopg.connect(own_server.url) as other:
        other.execute(before)
        other.commit()
        other.execute("SELECT no FROM page FOR UPDATE")
        [since] = other.execute("SELECT clock_timestamp()").fetchone() or [None]
        with start(tmp_path, *place) as process:
            eventually(lambda: waits_for_the_page(own_server, since))
            assert stop(process) == 0


def test_what_ends_the_program_is_told_by_name(tmp_path: Path, cluster: Cluster) -> None:
    port, url = free_port(), cluster.database()
    config = write_config(tmp_path, port=port)
    with serving(tmp_path, "-c", config, "--store", url, port=port) as process:
        with psycopg.connect(url) as other:
            other.execute("ALTER TABLE worker RENAME beat TO pulse")
        _, told = process.communicate(timeout=DEADLINE_S)
        assert process.returncode == 1
    [last] = [line for line in told.splitlines() if line.startswith("watchkeeper: the ")]
    assert last.startswith("watchkeeper: the beat ended: UndefinedColumn: ")


def test_tokens_and_the_level_of_the_log_change_at_once_and_the_address_later(
    tmp_path: Path,
) -> None:
    port = free_port()
    config = write_config(tmp_path, port=port)
    old = config.read_text() + _MORE
    config.write_text(old)
    body = {"replica": "r", "interval": 60, "load": {"cpu": 0.1, "ram": 0.1}}
    with serving(tmp_path, "-c", config, port=port) as process:
        report(port, body)
        new = old.replace('"r"', '"another"').replace(f"{port}", f"{free_port()}")
        config.write_text(new.replace("[server]", '[server]\nlog_level = "debug"'))
        process.send_signal(signal.SIGHUP)
        lines = iter(process.stderr or ())
        assert any("[server] inet: changed, to be taken at the next" in line for line in lines)
        with pytest.raises(urllib.error.HTTPError, match="403"):
            report(port, body)
        report(port, body, token="OmFub3RoZXI=")
        assert any(" DEBUG " in line for line in lines)


def test_a_reload_that_breaks_is_told_and_the_next_one_is_taken(
    tmp_path: Path, cluster: Cluster
) -> None:
    port, url = free_port(), cluster.database()
    config = write_config(tmp_path, port=port)
    text = config.read_text()
    hook = text[text.index("[notify") : text.index("[[probe")]

    def reloaded(process: "subprocess.Popen[str]", text: str, words: str) -> bool:
        config.write_text(text)
        process.send_signal(signal.SIGHUP)
        return any(words in line for line in process.stderr or ())

    def rename(old: str, new: str) -> None:
        with psycopg.connect(url) as other:
            other.execute(f"ALTER TABLE channel RENAME {old} TO {new}")

    with serving(tmp_path, "-c", config, "--store", url, port=port) as process:
        assert reloaded(process, text.replace(hook, ""), "is taken")
        rename("owner", "holds")
        assert reloaded(process, text, "not taken, the old one goes on: UndefinedColumn")
        rename("holds", "owner")
        assert reloaded(process, text, "is taken")


def test_hangups_in_a_row_end_with_the_newest_text(tmp_path: Path) -> None:
    port = free_port()
    config = write_config(tmp_path, port=port)
    text = config.read_text()
    with serving(tmp_path, "-c", config, port=port) as process:
        for number in range(20):
            config.with_suffix(".new").write_text(text + _MORE.replace("More", f"No {number}"))
            config.with_suffix(".new").rename(config)
            process.send_signal(signal.SIGHUP)
        eventually(lambda: labels(port) == ["API", "No 19"])


@pytest.fixture
def own_server() -> Iterator[Server]:
    """A server that a test may freeze."""
    with running_server() as server:
        yield server


@contextmanager
def frozen(server: Server) -> Iterator[None]:
    """Let *server* and all its children stand still: they take what arrives, and say nothing."""
    pid = int((server.folder / "data" / "postmaster.pid").read_text().split()[0])
    family = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    for one in family:
        os.kill(one, signal.SIGSTOP)
    try:
        yield
    finally:
        for one in family:
            os.kill(one, signal.SIGCONT)


def waits_for_the_page(server: Server, since: object) -> bool:
    """Return whether somebody waits who came after *since*: those before may not be gone yet."""
    with psycopg.connect(server.url) as other:
        found = other.execute(
            "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND backend_start > %s",
            (since,),
        )
        return found.fetchone() is not None


def report(port: int, body: object, token: str = "OnI=") -> None:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/reporter/web/more/",
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "Authorization": f"Basic {token}"},
    )
    answered(request)


def replicas(port: int) -> dict[str, list[str]]:
    found = json.loads(page(port, "/status/report"))
    return {
        node["name"]: node["replicas"] for service in found["probes"] for node in service["nodes"]
    }
