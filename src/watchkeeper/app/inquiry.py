"""Inquiry: what is said from the database alone, whether a server runs or not."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from difflib import get_close_matches
from functools import partial

from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import Node, Plan
from watchkeeper.core.steady import ClockMark
from watchkeeper.outside.clock import SystemClock
from watchkeeper.speak import scene as scenes
from watchkeeper.speak.explanation import explanation
from watchkeeper.speak.listing import listing
from watchkeeper.speak.scene import Scene
from watchkeeper.store import dossier, log
from watchkeeper.store.cursor import Cursor
from watchkeeper.store.log import LaneRow
from watchkeeper.store.opening import open_to_read

MOST_EXPLAINED = 20
_MOST_NAMED = 8
Say = Callable[[Cursor, Scene], str]


async def read(url: str, plan: Plan | None, say: Say) -> str:
    """Return what *say* finds in the store at *url*; raise StoreError where it cannot be read."""
    clock = SystemClock()
    mark = ClockMark(clock.boot_id(), 0, clock.boottime(), clock.wall())
    store = await open_to_read(url)
    try:
        return await store.read(partial(_say, mark=mark, plan=plan, say=say))
    finally:
        await store.close()


def deliveries(cursor: Cursor, scene: Scene, most: int) -> str:
    """Return what every lane told, with at most *most* tries of each, and what waits there."""
    kept = log.read(cursor, scene.present.page_no, scene.now, most)
    named = tuple(replace(one, lane=_named(one.lane, scene)) for one in kept.lanes)
    return listing(replace(kept, lanes=named), scene.lanes)


def explain(cursor: Cursor, scene: Scene, text: str) -> str:
    """Return why what *text* names, `SERVICE:NODE[:REPLICA]`, is believed to be as it is.

    Of a node the worst replicas are explained. Raise LookupError, with words for a person,
    where nothing has that name.
    """
    page_no = scene.present.page_no
    parts = [*text.split(":", 2), "", ""]
    name = ReplicaName(*parts[:3])
    found, many = dossier.find(cursor, page_no, name, MOST_EXPLAINED)
    if not found:
        return _nothing(scene.node(name), dossier.names(cursor, page_no, name), text)
    dossiers = dossier.read(cursor, page_no, found, scene.now.at)
    blocks = ["\n".join(explanation(scene, one)) for one in dossiers]
    return "\n\n".join([*blocks, *_rest(text, many - len(found))])


def _say(cursor: Cursor, mark: ClockMark, plan: Plan | None, say: Say) -> str:
    return say(cursor, scenes.read(cursor, mark, plan))


def _named(lane: LaneRow, scene: Scene) -> LaneRow:
    """Return *lane* with its target as operators know it: the database has only a hash."""
    return lane._replace(target=scene.target(lane.channel, lane.target))


def _rest(text: str, left: int) -> Iterator[str]:
    if left:
        more = "one more replica is" if left == 1 else f"{left} more replicas are"
        yield f"{more} no worse: name it as {text}:REPLICA"


def _nothing(node: Node | None, names: list[str], text: str) -> str:
    if text in names:
        is_looked_at = node is not None and node.is_looked_at
        why = "the config names none" if is_looked_at else "nobody has reported so far"
        return f"{text} has no replica: {why}"
    near = get_close_matches(text, names, n=_MOST_NAMED, cutoff=0.5)
    known = ", ".join(names[:_MOST_NAMED]) or "no nodes so far"
    meant = f"did you mean {', '.join(near)}?" if near else f"it has {known}"
    raise LookupError(f"nothing on the page is called {text!r}: {meant}")
