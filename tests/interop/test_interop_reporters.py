"""The real reporters of others: registered, their load seen, dead after silence."""

import json
import sqlite3
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from rig.port import free_port
from tests.interop import clients
from tests.interop.clients import Client
from tests.running import eventually, serving, write_config

PUSH = """
[[probe.service]]
id = "relay"
label = "Relay"

[[probe.service.node]]
id = "socket-client"
label = "Sockets"
mode = "push"
push_delay_dead = 1
push_system_cpu_sick_above = 1000.0
push_system_ram_sick_above = 1.0
"""
DEATH = (
    "SELECT m.reason_code FROM alert_member m JOIN replica r ON r.no = m.replica_no WHERE r.key = ?"
)
LOAD = "SELECT s.cpu, s.ram FROM sighting s JOIN replica r ON r.no = s.replica_no WHERE r.key = ?"


@pytest.mark.timeout(900)  # once a machine, the reporters are installed
@pytest.mark.parametrize("install", [clients.node, clients.python, clients.rust])
def test_a_real_reporter_is_registered_its_load_seen_and_its_silence_heard(
    install: Callable[[], Client], tmp_path: Path
) -> None:
    client, port = install(), free_port()
    config, store = write_config(tmp_path, port=port), tmp_path / "store.db"
    config.write_text(config.read_text() + PUSH)
    url, replica = f"http://127.0.0.1:{port}", "10.0.0.1"
    with serving(tmp_path, "-c", config, "--store", store, port=port):
        reporter = client.start(url, "r", "relay", "socket-client", replica)
        try:
            eventually(lambda: replicas(url) == ["healthy"])
            [(cpu, ram)] = read(store, LOAD, replica)
            assert cpu >= 0
            assert 0 <= ram <= 1_000
            assert reporter.poll() is None
        finally:
            reporter.kill()
            reporter.wait()
        eventually(lambda: replicas(url) == ["dead"])
        assert read(store, DEATH, replica) == [("silent:2",)]


def replicas(url: str) -> list[str]:
    """The statuses of all that reported to the node."""
    with urllib.request.urlopen(f"{url}/status/report", timeout=30) as reply:
        report = json.load(reply)
    [relay] = [probe for probe in report["probes"] if probe["name"] == "Relay"]
    found: list[str] = relay["nodes"][0]["replicas"]
    return found


def read(store: Path, sql: str, *values: object) -> list[Any]:
    """What the store holds, while it is served."""
    connection = sqlite3.connect(f"file:{store}?mode=ro", uri=True)
    try:
        return connection.execute(sql, values).fetchall()
    finally:
        connection.close()
