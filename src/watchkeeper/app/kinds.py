"""Kinds: from what a plan names to the code that looks and speaks, loaded when it is named."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import fields
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from watchkeeper.config import folder, replicas
from watchkeeper.config.kinds import Kinds
from watchkeeper.config.load import Loaded
from watchkeeper.config.nodes import SCRIPT
from watchkeeper.config.problems import masked
from watchkeeper.core.compose import Sender
from watchkeeper.core.hearing import NOBODY, Departed, hearing_of
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.pace import pace_of
from watchkeeper.core.plan import Looking, Mode, Node, Plan
from watchkeeper.core.room import Room, places
from watchkeeper.core.url import DEFAULT_PORTS, Url
from watchkeeper.outside import tls
from watchkeeper.outside.addresses import Allowance
from watchkeeper.outside.connect import Place
from watchkeeper.outside.failure import NoTrust
from watchkeeper.speak.tongue import LaneName, Tongue, Tongues
from watchkeeper.watch.look import Aim, not_available

MOST_AT_ONCE = 1_000
MOST_PINGS = 4_000
"""A ping needs no descriptor of its own."""

LONG_SCRIPT_MS = 30_000
_NO_TONGUES: Tongues = MappingProxyType({})


def kinds() -> Kinds:
    """Return the ways to look and to speak that this program has."""
    return Kinds(
        probes={name: folder.load("probes", name).Options for name in folder.schemes()},
        notifiers={
            name: folder.load("notifiers", name).Settings for name in folder.names("notifiers")
        },
    )


def aims(plan: Plan) -> dict[ReplicaName, Aim]:
    """Return what the plan looks at, with the probe for each; without one it stays blind."""
    known = set(folder.schemes())
    return {name: _aim(name, node, known) for name, node in plan.replicas() if node.is_looked_at}


def rooms(looked_at: Iterable[Aim], scripts: int, descriptors: int) -> dict[str, Room]:
    """Return the room for each kind of look: *scripts* at once, of others what we can open."""
    own = {
        SCRIPT: Room(most=scripts, long_ms=LONG_SCRIPT_MS, makes_way=False),
        "icmp": Room(most=MOST_PINGS),
    }
    usual = Room(most=places(descriptors, MOST_AT_ONCE))
    return {kind: own.get(kind, usual) for kind in {aim.kind for aim in looked_at}}


def _aim(name: ReplicaName, node: Node, known: set[str]) -> Aim:
    scheme = SCRIPT if node.mode is Mode.SCRIPT else replicas.scheme_of(name.replica)
    probe = folder.load("probes", scheme).look if scheme in known else not_available
    return Aim(
        kind=folder.kind(scheme),
        address=node.address(name.replica),
        probe=probe,
        options=node.options.get(scheme),
        looking=node.looking,
    )


def forbidden(loaded: Loaded) -> list[str]:
    """Return a line for each replica at an address that is never connected to."""
    allowance = Allowance.of(loaded.server.allowed_addresses)
    lines = []
    for name, node in loaded.plan.replicas():
        host = urlsplit(name.replica).hostname if node.mode is Mode.POLL else None
        with contextlib.suppress(ValueError):
            why = allowance.objection(host or "")
            if why:
                lines.append(
                    f"{name}: {host} is {why}, is never connected to, and stays blind, unless "
                    "[server] allowed_addresses lists it"
                )
    return lines


def warnings(loaded: Loaded) -> list[str]:
    """Return a line for each thing that an operator should hear of at every start."""
    return [*forbidden(loaded), *untrusted(loaded.plan), *unavailable(loaded.plan)]


def untrusted(plan: Plan) -> list[str]:
    """Return a line for each file of authorities that cannot be read."""
    secure = (node.options.get("https") for _, node in plan.replicas())
    files = dict.fromkeys(getattr(options, "https_ca_file", "") for options in secure)
    lines = []
    for file in filter(None, files):
        try:
            tls.context(tls.Trust(ca_file=file))
        except NoTrust as why:
            lines.append(f"{why}; what is looked at with it stays blind, until it can be read")
    return lines


def unavailable(plan: Plan) -> list[str]:
    """Return a line for each channel that lacks a package which is not installed."""
    lines = []
    for channel in plan.channels:
        package = getattr(folder.load("notifiers", channel.kind), "NEEDS", None)
        if package and find_spec(package) is None:
            lines.append(
                f"channel {channel.key} is configured but not available, and tells nobody: the "
                f"package {package} is missing; install watchkeeper[{channel.kind}]"
            )
    return lines


def chosen(text: str, loaded: Loaded | None) -> list[tuple[str, Aim]]:
    """Return what *text* names: a URL, or `SERVICE:NODE[:REPLICA]` of the file that was *loaded*.

    With each comes what to call it, without a password. Raise LookupError, with words for a
    person, when that is nothing.
    """
    if loaded is None:
        return [(masked(text), _alone(text))]
    known = aims(loaded.plan)
    found = [(_title(name, one), one) for name, one in known.items() if _is(name, text)]
    if not found:
        names = ", ".join(sorted({str(name.of_node) for name in known}))
        only = f", only at {names}" if names else ": it has no replicas or scripts to look at"
        raise LookupError(f"the file looks at nothing called {masked(text)!r}{only}")
    return found


def _alone(url: str) -> Aim:
    scheme = replicas.scheme_of(url)
    if scheme not in folder.schemes() or scheme == SCRIPT:
        known = ", ".join(f"{name}://" for name in folder.schemes() if name != SCRIPT)
        raise LookupError(
            f"{masked(url)!r} must begin with one of {known}; what a file names needs -c FILE"
        )
    try:
        replicas.check(url, frozenset(folder.schemes()))
    except ValueError as error:
        raise LookupError(f"{masked(url)!r} {error}") from error
    probe = folder.load("probes", scheme)
    looking = Looking(retries=0)
    return Aim(kind=scheme, address=url, probe=probe.look, options=probe.Options(), looking=looking)


def _is(name: ReplicaName, text: str) -> bool:
    return text in {str(name), str(name.of_node)}


def _title(name: ReplicaName, aim: Aim) -> str:
    return str(name) if aim.kind == SCRIPT else name.replica


def tongues(
    plan: Plan,
    installation: UUID,
    before: Tongues = _NO_TONGUES,
    departed: Departed = NOBODY,
) -> Tongues:
    """Return how to speak to each target of each channel of the plan, after those *before*.

    *departed* are the nodes that the plan does not have, with those who heard of them.
    """
    heard = {name.channel: tongue.hearing for name, tongue in before.items()}
    return {
        LaneName(channel.key, key): Tongue(
            sender=Sender(
                installation=installation,
                channel=channel.key,
                target=key,
                rank=target.rank,
                page=plan.page,
            ),
            hearing=hearing_of(plan, channel, heard.get(channel.key), departed),
            settings=target.settings,
            send=folder.load("notifiers", channel.kind).send,
            pace=pace_of(plan.policy.pace_ms, channel.daily_limit),
        )
        for channel in plan.channels
        for key, target in channel.targets.items()
    }


def anchors(loaded: Loaded) -> list[Place]:
    """Return who proves that our network works: whom the file names, else the channels' servers."""
    if loaded.server.anchors:
        return [Place(host=one.host, port=one.port) for one in loaded.server.anchors]
    settings = (target.settings for one in loaded.plan.channels for target in one.targets.values())
    return list(dict.fromkeys(place for one in settings for place in _servers(one)))


def _servers(settings: Any) -> Iterator[Place]:
    for field in fields(settings):
        value = getattr(settings, field.name)
        parts = urlsplit(value.text) if isinstance(value, Url) else None
        if parts and parts.hostname:
            yield Place(host=parts.hostname, port=parts.port or DEFAULT_PORTS[parts.scheme])
