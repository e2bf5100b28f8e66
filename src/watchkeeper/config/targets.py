"""Targets: whom a channel speaks to, one by one, each with the settings that name it alone."""

from dataclasses import fields, replace
from typing import Any

from watchkeeper.config.digest import digest
from watchkeeper.core.plan import Target
from watchkeeper.core.secret import Secret


def targets(settings: Any) -> dict[str, Target]:
    """Return the targets of *settings* by the keys of their lanes, each address once.

    They are the values of the field that `target` marks; without one there is a single target.
    """
    for field in fields(settings):
        if field.metadata.get("target"):
            return {
                digest(address): Target(
                    settings=replace(settings, **{field.name: (address,)}),
                    rank=rank,
                    name=_name(address, field.name, rank),
                )
                for rank, address in enumerate(dict.fromkeys(getattr(settings, field.name)))
            }
    return {"": Target(settings=settings)}


def daily_limit(settings: Any) -> int | None:
    """Return how many messages a day *settings* allow, None where messages cost nothing."""
    marked = (one.name for one in fields(settings) if one.metadata.get("daily_limit"))
    return next((getattr(settings, name) for name in marked), None)


def _name(address: object, key: str, rank: int) -> str:
    return f"{key} {rank + 1}" if isinstance(address, Secret) else str(address)
