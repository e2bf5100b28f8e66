"""Memory: the small file that remembers who was called dead while the store refused."""

import json
import logging
import os
from collections.abc import Mapping
from pathlib import Path

from watchkeeper.core.moment import Moment
from watchkeeper.core.name import ReplicaName

log = logging.getLogger(__name__)


def read(file: Path) -> dict[ReplicaName, Moment]:
    """Return who was called dead and since when; nobody where there is no file, or a broken one."""
    try:
        rows = json.loads(file.read_text())
        return {ReplicaName(*name): Moment(steady=died, at=dead_at) for name, died, dead_at in rows}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        log.warning("%s cannot be read and is passed over: %s", file, error)
        return {}


def write(file: Path, dead: Mapping[ReplicaName, Moment]) -> None:
    """Write *file* so that it is whole or not there; a full disk does not silence us."""
    draft = file.with_suffix(".new")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        with draft.open("w") as text:
            json.dump([[list(name), died.steady, died.at] for name, died in dead.items()], text)
            text.flush()
            os.fsync(text.fileno())
        draft.replace(file)
    except OSError as error:
        log.warning("%s cannot be written: %s", file, error)


def forget(file: Path) -> None:
    """Remove *file*: what it remembers was put right."""
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        log.warning("%s cannot be removed: %s", file, error)
