"""Kinds: from what a plan names to the code that looks and speaks, loaded when it is named."""

import contextlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

from watchkeeper.config import folder
from watchkeeper.config.kinds import Kinds
from watchkeeper.config.load import load
from watchkeeper.config.plan import SCRIPT
from watchkeeper.config.replicas import scheme_of
from watchkeeper.core.compose import Sender
from watchkeeper.core.plan import Looking, Mode, Node, Plan
from watchkeeper.core.report import ReplicaName
from watchkeeper.outside.addresses import STRICT, Reach
from watchkeeper.speak.tongue import LaneName, Tongue
from watchkeeper.watch.look import Target, not_available


def kinds() -> Kinds:
    """Return the ways to look and to speak that this program has."""
    return Kinds(
        probes={name: folder.load("probes", name).Options for name in folder.schemes()},
        notifiers={
            name: folder.load("notifiers", name).Settings for name in folder.names("notifiers")
        },
    )


def targets(plan: Plan) -> dict[ReplicaName, Target]:
    """Return what the plan looks at, with the probe for each; without one it stays blind."""
    known = set(folder.schemes())
    return {name: _target(name, node, known) for name, node in plan.replicas() if node.is_looked_at}


def _target(name: ReplicaName, node: Node, known: set[str]) -> Target:
    is_run = node.mode is Mode.SCRIPT
    scheme = SCRIPT if is_run else scheme_of(name.replica)
    probe = folder.load("probes", scheme).look if scheme in known else not_available
    return Target(
        address=node.scripts[int(name.replica)] if is_run else name.replica,
        probe=probe,
        options=node.options.get(scheme),
        looking=node.looking,
    )


def forbidden(plan: Plan) -> list[str]:
    """Return a line for each replica at an address that is never connected to."""
    lines = []
    for name, node in plan.replicas():
        host = urlsplit(name.replica).hostname if node.mode is Mode.POLL else None
        with contextlib.suppress(ValueError):
            why = STRICT.objection(host or "", Reach.ANYWHERE)
            if why:
                lines.append(f"{name}: {host} is {why}, is never connected to, and stays blind")
    return lines


def chosen(text: str, config: Path | None, environ: Mapping[str, str]) -> list[Target]:
    """Return what *text* names: a URL, or `SERVICE:NODE[:REPLICA]` of the file *config*.

    Raise LookupError, with words for a person, when that is nothing.
    """
    if config is None:
        return [_alone(text)]
    plan = load(config, kinds(), environ).plan
    found = {name: target for name, target in targets(plan).items() if _is_named(name, text)}
    if not found:
        known = ", ".join(sorted({":".join(name[:2]) for name in targets(plan)}))
        raise LookupError(
            f"{config} looks at nothing called {text!r}, only at {known or 'nothing'}"
        )
    return list(found.values())


def _alone(url: str) -> Target:
    scheme = scheme_of(url)
    if scheme not in folder.schemes() or scheme == SCRIPT:
        known = ", ".join(f"{name}://" for name in folder.schemes() if name != SCRIPT)
        raise LookupError(
            f"{url!r} must begin with one of {known}; what a file names needs -c FILE"
        )
    probe = folder.load("probes", scheme)
    looking = Looking(retries=0)
    return Target(address=url, probe=probe.look, options=probe.Options(), looking=looking)


def _is_named(name: ReplicaName, text: str) -> bool:
    return text in {str(name), f"{name.service}:{name.node}"}


def tongues(plan: Plan, installation: UUID) -> dict[LaneName, Tongue]:
    """Return how to speak to each target of each channel of the plan."""
    return {
        LaneName(channel.key, key): Tongue(
            sender=Sender(
                installation=installation,
                channel=channel.key,
                target=key,
                rank=target.rank,
                page=plan.page,
            ),
            settings=target.settings,
            send=folder.load("notifiers", channel.kind).send,
            pace_ms=plan.policy.pace_ms,
        )
        for channel in plan.channels
        for key, target in channel.targets.items()
    }
