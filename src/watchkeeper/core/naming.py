"""Names: many replicas in few words, for channels where every letter counts.

A notifier with little room, such as one for text messages, says `few(message.replicas, room)`:
the number of them, the first names and how many more there are. Channels with room for all of
them list all of them.
"""

from collections.abc import Mapping, Sequence

from watchkeeper.core import texts
from watchkeeper.core.name import ReplicaName

MOST_NAMED = 3


def few(
    names: Sequence[ReplicaName],
    room: int,
    *,
    most: int = MOST_NAMED,
    language: Mapping[str, str] = texts.ENGLISH,
) -> str:
    """Return *names* in at most *room* characters: `127 replicas: web:api:1 and 126 more`.

    It names at most *most*, the first ones, as far as they fit; where not even one does, or
    none is wanted, it counts them alone. *room* must hold that count, some 20 characters.
    """
    if most and len(names) == 1 and len(str(names[0])) <= room:
        return str(names[0])
    for named in range(min(most, len(names)), 0, -1):
        text = _said(names, named, language)
        if len(text) <= room:
            return text
    return _count(names, language)


def _said(names: Sequence[ReplicaName], named: int, language: Mapping[str, str]) -> str:
    said = ", ".join(map(str, names[:named]))
    more = len(names) - named
    if more:
        said = language["names.and_more"].format(names=said, count=more)
    return language["names.counted"].format(count=_count(names, language), names=said)


def _count(names: Sequence[ReplicaName], language: Mapping[str, str]) -> str:
    form = "names.one" if len(names) == 1 else "names.many"
    return language[form].format(count=len(names))
