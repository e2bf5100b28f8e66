"""Order: what somebody wants played."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A run in *folder*, which is empty; what a run does not need it passes over."""

    folder: Path
    seed: int
    store: str = "sqlite"
    cycles: int = 0
    names: tuple[str, ...] = ()
