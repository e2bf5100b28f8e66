"""A worker that reports that it is well while nobody works through its queue."""

import json
import time
import urllib.request
from base64 import b64encode
from pathlib import Path

from rig.port import free_port
from tests.rabbitmq import PASSWORD, USER, RabbitMq
from tests.running import answered, eventually, receiving, serving, write_config

QUEUE = "stories/stalled"
PLUGIN = f"""
[plugins.rabbitmq]
api_url = "http://127.0.0.1:{{api}}/"
auth_username = "{USER}"
auth_password = "{PASSWORD}"
virtualhost = "%2F"
queue_ready_healthy_below = 2
queue_nack_healthy_below = 2
queue_ready_dead_above = 3
queue_nack_dead_above = 3
queue_loaded_retry_delay = 10
queue_interval = 1

[[probe.service.node]]
id = "workers"
label = "Workers"
mode = "push"
rabbitmq_queue = "{QUEUE}"
"""


def report(port: int, replica: str) -> None:
    token = b64encode(b":r").decode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/reporter/web/workers/",
        json.dumps({"replica": replica, "interval": 30, "load": {"cpu": 0, "ram": 0}}).encode(),
        {"authorization": f"Basic {token}", "content-type": "application/json"},
    )
    answered(request)


def test_a_stalled_queue_is_dead_once_under_healthy_reports_and_told_once(
    tmp_path: Path, rabbit: RabbitMq
) -> None:
    rabbit.fill(QUEUE, 0)
    port = free_port()
    with receiving() as receiver:
        config = write_config(tmp_path, port=port, hook=receiver.port, target=rabbit.api)
        config.write_text(config.read_text() + PLUGIN.format(api=rabbit.api))

        def said(kind: str, status: str) -> list[list[str]]:
            heard = [one for one in receiver.heard if one["type"] == kind]
            return [one["replicas"] for one in heard if one["status"] == status]

        def reported_until(status: str, count: int) -> bool:
            for replica in ("1", "2"):
                report(port, replica)
            return len(said("changed", status)) >= count

        with serving(tmp_path, "serve", "-c", config, port=port):
            report(port, "1")
            eventually(lambda: said("startup", "healthy"))
            report(port, "2")
            rabbit.fill(QUEUE, 4)
            eventually(lambda: reported_until("dead", 1))
            for _ in range(10):  # it is asked some times more meanwhile
                assert reported_until("dead", 1)
                time.sleep(0.25)
            rabbit.fill(QUEUE, 0)
            eventually(lambda: reported_until("healthy", 1))
    assert said("changed", "dead") == [["web:workers:1", "web:workers:2"]]
    assert said("changed", "healthy") == [[]]
