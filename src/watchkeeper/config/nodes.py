"""From the tables of nodes to the nodes of a plan: what one says of itself, else [metrics]."""

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import fields, replace
from types import MappingProxyType
from typing import Any

from watchkeeper.config import queues
from watchkeeper.config.kinds import Kinds
from watchkeeper.config.problems import Finding, Path
from watchkeeper.config.replicas import scheme_of, shown
from watchkeeper.config.schema.file import FileTable
from watchkeeper.config.schema.metrics import MetricsTable
from watchkeeper.config.schema.probe import NodeTable
from watchkeeper.core.plan import Listening, Looking, Mode, Node
from watchkeeper.core.secret import Secret

SCRIPT = "script"

_METRICS = frozenset(field.name for field in fields(MetricsTable))
_LONGEST_SCRIPT_S = 300


def schemes_of(mode: Mode, replicas: tuple[str, ...]) -> list[str]:
    """Return the schemes of the probes that look at *replicas*, each once."""
    if mode is Mode.SCRIPT:
        return [SCRIPT]
    return list(dict.fromkeys(map(scheme_of, replicas)))


class Nodes:
    """Makes nodes of their tables; what nodes have in common is made once.

    *findings* are the options that contradict each other.
    """

    def __init__(self, file: FileTable, kinds: Kinds) -> None:
        self.findings: list[Finding] = []
        self._metrics = file.metrics
        self._rabbitmq = file.plugins.rabbitmq
        self._probes = kinds.probes
        self._patience: dict[object, tuple[Looking, Listening]] = {}
        self._usual_options: dict[str, object] = {}

    def node(self, table: NodeTable, channels: tuple[str, ...] | None, path: Path) -> Node:
        """Return the node of *table*, of which *channels* hear where it does not say who."""
        looking, listening = self._patience_of(table)
        is_run = table.mode is Mode.SCRIPT
        replicas = map(str, range(len(table.scripts))) if is_run else map(shown, table.replicas)
        return Node(
            key=table.id,
            label=table.label,
            mode=table.mode,
            replicas=tuple(dict.fromkeys(replicas)),
            scripts=tuple(map(_script, table.scripts)),
            whole=_whole(table.replicas),
            looking=looking,
            listening=listening,
            options=self._options_of(table, path),
            queue=queues.queue(table, self._rabbitmq),
            reveal_replica_name=table.reveal_replica_name,
            link_url=table.link_url,
            link_label=table.link_label,
            was=table.was,
            channels=channels if table.channels is None else table.channels,
        )

    def _patience_of(self, table: NodeTable) -> tuple[Looking, Listening]:
        own = {name: value for name, value in table.given.items() if name in _METRICS}
        key = (table.mode, *own.items())
        if key not in self._patience:
            metrics = replace(self._metrics, **own)
            looking = _running if table.mode is Mode.SCRIPT else _polling
            self._patience[key] = looking(metrics), _listening(metrics, table.mode)
        return self._patience[key]

    def _options_of(self, table: NodeTable, path: Path) -> Mapping[str, object]:
        schemes = [s for s in schemes_of(table.mode, table.replicas) if s in self._probes]
        if table.given:
            given = {**self._metrics.given, **table.given}
            options = {scheme: self._options(scheme, given, path) for scheme in schemes}
        else:
            options = {scheme: self._usual(scheme) for scheme in schemes}
        return MappingProxyType(options)

    def _usual(self, scheme: str) -> object:
        if scheme not in self._usual_options:
            options = self._options(scheme, self._metrics.given, ("metrics",))
            self._usual_options[scheme] = options
        return self._usual_options[scheme]

    def _options(self, scheme: str, given: Mapping[str, Any], path: Path) -> object:
        cls = self._probes[scheme]
        names = {field.name for field in fields(cls)}
        try:
            return cls(**{name: value for name, value in given.items() if name in names})
        except ValueError as error:
            self.findings.append(Finding(path, str(error)))
            return None


def _script(given: str | tuple[str, ...]) -> str:
    """Return the text of a script; of a program with its arguments the shell leaves nothing."""
    return given if isinstance(given, str) else f"exec {shlex.join(given)}"


def _whole(replicas: Iterable[str]) -> Mapping[str, Secret]:
    named = ((shown(replica), replica) for replica in replicas)
    return MappingProxyType({name: Secret(url) for name, url in named if name != url})


def _polling(metrics: MetricsTable) -> Looking:
    return Looking(
        interval_ms=metrics.poll_interval * 1000,
        retries=metrics.poll_retry,
        retry_wait_ms=metrics.poll_retry_wait,
        timeout_ms=metrics.poll_delay_dead * 1000,
        sick_ms=metrics.poll_delay_sick * 1000,
        confirm_dead=metrics.confirm_dead,
        confirm_healthy=metrics.confirm_healthy,
    )


def _running(metrics: MetricsTable) -> Looking:
    """Return how scripts are run: their exit code alone says what is sick, not their time."""
    usual_s = min(metrics.script_interval, _LONGEST_SCRIPT_S)
    timeout_ms = (metrics.script_delay_dead or usual_s) * 1000
    return Looking(
        interval_ms=metrics.script_interval * 1000,
        retries=0,
        timeout_ms=timeout_ms,
        sick_ms=timeout_ms,
        confirm_dead=metrics.confirm_dead,
        confirm_healthy=metrics.confirm_healthy,
    )


def _listening(metrics: MetricsTable, mode: Mode) -> Listening:
    is_local = mode is Mode.LOCAL
    return Listening(
        grace_ms=(metrics.local_delay_dead if is_local else metrics.push_delay_dead) * 1000,
        cpu_sick_above=metrics.push_system_cpu_sick_above,
        ram_sick_above=metrics.push_system_ram_sick_above,
    )
