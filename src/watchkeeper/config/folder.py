"""The folder is the list: which probes and notifiers there are, and the one loader of them.

A kind is a file in `probes/` or `notifiers/`, named after it. Nothing is imported until
somebody configured it, so that a kind that nobody uses costs no memory.
"""

import pkgutil
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

PROBES = "probes"
NOTIFIERS = "notifiers"

_SERVED_BY = {"https": "http"}
"""Schemes that have no file of their own."""


def names(room: str) -> tuple[str, ...]:
    """Return the names of all kinds in *room*, sorted; none of them is imported."""
    spec = find_spec(f"watchkeeper.{room}")
    places = spec.submodule_search_locations if spec else None
    return tuple(sorted(module.name for module in pkgutil.iter_modules(places)))


def schemes() -> tuple[str, ...]:
    """Return every URL scheme that a probe looks at, sorted."""
    return tuple(sorted({*names(PROBES), *_SERVED_BY}))


def kind(scheme: str) -> str:
    """Return the file of `probes` that looks at URLs of *scheme*, *scheme* where there is none."""
    return _SERVED_BY.get(scheme, scheme)


@cache
def load(room: str, kind: str) -> ModuleType:
    """Return the module of *kind*, a file of *room* or a scheme that one serves.

    Raise LookupError when there is none, ImportError when something it needs is missing.
    """
    name = _SERVED_BY.get(kind, kind) if room == PROBES else kind
    if name not in names(room):
        raise LookupError(f"there is no {kind!r} in {room}, only {', '.join(names(room))}")
    return import_module(f"watchkeeper.{room}.{name}")
