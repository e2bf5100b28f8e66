"""Audit: what people and reporters did to the page, and what was there before and after."""

import json
from collections.abc import Mapping
from typing import NamedTuple

from watchkeeper.core.moment import Moment
from watchkeeper.store.cursor import Cursor

Words = Mapping[str, str | int | None]
_NOTHING: Words = {}


class Deed(NamedTuple):
    """What *actor* did; *before* and *after* say what it changed, empty where nothing was."""

    actor: str
    act: str
    before: Words = _NOTHING
    after: Words = _NOTHING


def add(cursor: Cursor, now: Moment, deed: Deed) -> None:
    """Write a *deed* that is done *now*."""
    cursor.run(
        "INSERT INTO audit (steady, at, actor, act, before, after) VALUES (?, ?, ?, ?, ?, ?)",
        (now.steady, now.at, deed.actor, deed.act, _words(deed.before), _words(deed.after)),
    )


def _words(words: Words) -> str:
    return json.dumps(words, ensure_ascii=False) if words else ""
