"""A real RabbitMQ, managed over its API; messages are handed out over STOMP."""

import json
import socket
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from rig.port import free_port
from tests import debian
from tests.running import eventually

USER, PASSWORD = "status", "s3cret:word"
_BASIC = f"Basic {b64encode(f'{USER}:{PASSWORD}'.encode()).decode()}"
CONFIG = """\
listeners.tcp.1 = 127.0.0.1:{amqp}
management.tcp.ip = 127.0.0.1
management.tcp.port = {api}
stomp.listeners.tcp.1 = 127.0.0.1:{stomp}
default_user = {user}
default_pass = {password}
collect_statistics_interval = 100
management.sample_retention_policies.global.minute = 1
management.sample_retention_policies.basic.minute = 1
management.sample_retention_policies.detailed.10 = 1
log.console = true
log.file = false
"""


@dataclass(frozen=True, slots=True)
class RabbitMq:
    """A running server: its management API at the port *api*."""

    api: int
    stomp: int

    def fill(self, queue: str, messages: int, vhost: str = "/") -> None:
        """Let *messages* wait in *queue*, which is made if need be."""
        place = quote(vhost, safe="")
        self.ask("PUT", f"queues/{place}/{quote(queue, safe='')}", {"durable": False})
        self.ask("DELETE", f"queues/{place}/{quote(queue, safe='')}/contents")
        for _ in range(messages):
            said = {"properties": {}, "payload": "x", "payload_encoding": "string"}
            route = f"exchanges/{place}/amq.default/publish"
            assert self.ask("POST", route, {**said, "routing_key": queue})["routed"]
        self._wait_counted(queue, vhost, (messages, 0))

    def make_vhost(self, vhost: str) -> None:
        place = quote(vhost, safe="")
        self.ask("PUT", f"vhosts/{place}")
        rights = dict.fromkeys(("configure", "write", "read"), ".*")
        self.ask("PUT", f"permissions/{place}/{USER}", rights)

    @contextmanager
    def holding(self, queue: str, messages: int) -> Iterator[None]:
        """Hold *messages*, all that *queue* has, without acknowledging them."""
        with closing(socket.create_connection(("127.0.0.1", self.stomp), timeout=20)) as sock:
            login = f"login:{USER}\npasscode:{PASSWORD.replace(':', chr(92) + 'c')}"
            sock.sendall(f"STOMP\naccept-version:1.2\nhost:/\n{login}\n\n\0".encode())
            assert sock.recv(4_096).startswith(b"CONNECTED")
            where = f"destination:/amq/queue/{quote(queue, safe='')}\nid:1\nack:client"
            sock.sendall(f"SUBSCRIBE\n{where}\n\n\0".encode())
            self._wait_counted(queue, "/", (0, messages))
            yield

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Return what the management API answers."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.api}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"content-type": "application/json", "authorization": _BASIC},
        )
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def _wait_counted(self, queue: str, vhost: str, counts: tuple[int, int]) -> None:
        """Wait until the statistics say what is so: they are a little late."""
        path = f"queues/{quote(vhost, safe='')}/{quote(queue, safe='')}"

        def is_counted() -> bool:
            told = self.ask("GET", path)
            return (told.get("messages_ready"), told.get("messages_unacknowledged")) == counts

        eventually(is_counted)


@contextmanager
def serving() -> Iterator[RabbitMq]:
    """Run a server of our own, with a port mapper of its own."""
    ports = {name: free_port() for name in ("amqp", "api", "stomp", "epmd", "dist")}
    with debian.folder("rabbitmq") as folder, debian.folder("epmd") as mapper:
        settings = CONFIG.format(user=USER, password=PASSWORD, **ports)
        (folder / "rabbitmq.conf").write_text(settings)
        (folder / "plugins").write_text("[rabbitmq_management,rabbitmq_stomp].")
        environ = {
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(ports["epmd"]),
            "RABBITMQ_CONF_ENV_FILE": str(folder / "none"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_DIST_PORT": str(ports["dist"]),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_FEATURE_FLAGS_FILE": str(folder / "flags"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_MNESIA_BASE": str(folder / "db"),
            "RABBITMQ_NODENAME": f"test{ports['amqp']}@localhost",
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
        }
        server = RabbitMq(ports["api"], ports["stomp"])
        epmd = ["epmd", "-address", "127.0.0.1", "-port", str(ports["epmd"])]
        program = ["/usr/lib/rabbitmq/bin/rabbitmq-server"]
        with (
            debian.running(epmd, mapper, lambda: debian.listens(ports["epmd"])),
            debian.running(program, folder, lambda: _answers(server), **environ),
        ):
            yield server


def _answers(server: RabbitMq) -> bool:
    try:
        server.ask("GET", "overview")
    except OSError:
        return False
    return debian.listens(server.stomp)
