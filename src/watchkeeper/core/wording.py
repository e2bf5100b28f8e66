"""Wording: what the channels say alike, in the ancestors' words, and the sentences we add.

Each notifier brings only its own shape: what it is given here is plain text, which it still has
to escape for its markup and to fit into its room (`core.fitting`).
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

from watchkeeper.core import texts
from watchkeeper.core.alert import Leaving
from watchkeeper.core.fitting import cut, listed
from watchkeeper.core.message import Message, MessageKind, Recovered
from watchkeeper.core.moment import span
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.status import Status

ICONS = {Status.HEALTHY: "\u2705", Status.SICK: "\u26a0", Status.DEAD: "\u274c"}
"""What stands before a status where pictures are shown."""

MOST_NAME = 200
"""Characters of one name, or of the page's title; enough for all that people write."""

_NAMES_OF_A_SENTENCE = 400
_SPANS = {str(Leaving.RECOVERED): "back", str(Leaving.TURNED): "turned"}
_DAY_S = 86_400


def happened(message: Message) -> str:
    """Return how a sentence about the status begins: `Status changed to`."""
    return _say(f"status.{message.kind}")


def heading(message: Message) -> str:
    """Return the first line of a letter: `Status change report from: TITLE`."""
    return _say(f"heading.{message.kind}", title=cut(message.page_title, MOST_NAME))


def title(message: Message) -> str:
    """Return the first line of a short message: the page's title, and why there is one."""
    return _say(f"title.{message.kind}", title=cut(message.page_title, MOST_NAME))


def preamble(message: Message) -> str:
    """Return the sentence before a message that is no news; '' for what is."""
    return "" if message.kind is MessageKind.CHANGED else _say(f"preamble.{message.kind}")


def time_of_day(wall: int) -> str:
    """Return the time of day at *wall* milliseconds, as the ancestors print it."""
    return f"{_moment(wall):%H:%M:%S} UTC+00:00"


def names(message: Message) -> list[str]:
    """Return the names of all replicas in trouble; one without end is cut."""
    return _named(message.replicas)


def added(message: Message, room: int = _NAMES_OF_A_SENTENCE) -> list[str]:
    """Return the sentences beyond the ancestors' words, the weightiest first.

    They say who is dead or sick since the last message, who came back and after how long, why
    others are in trouble, and what there is to say of the monitor. Each has *room* characters for
    names, and counts the rest.
    """
    unrecorded = [_say("added.unrecorded")] if message.is_unrecorded else []
    return [
        *unrecorded,
        *_late(message, room),
        *_still_sick(message, room),
        *_returns(message, room),
        *_whys(message, room),
        *message.notes,
    ]


def _late(message: Message, room: int) -> Iterator[str]:
    fresh = {name for alert in message.alerts for name in alert.died}
    for status in (Status.DEAD, Status.SICK):
        mine = [name for name in message.replicas if message.status_of(name) is status]
        late = [name for name in mine if name in fresh]
        if late and len(late) < len(message.replicas):
            yield _names_say(f"added.new.{status.word}", late, room)


def _still_sick(message: Message, room: int) -> Iterator[str]:
    """Say who of those that are listed below a worse status was sick before, and is no worse."""
    fresh = {name for alert in message.alerts for name in alert.died}
    sick = [name for name in message.replicas if name in message.sick - fresh]
    if sick and message.status is not Status.SICK:
        yield _names_say("added.still.sick", sick, room)


def _returns(message: Message, room: int) -> Iterator[str]:
    said: dict[tuple[str, str], list[ReplicaName]] = {}
    for alert in message.alerts:
        for back in (*alert.turned, *alert.recovered):
            said.setdefault(_return(back), []).append(back.replica)
    for (text, how), those in said.items():
        yield _names_say(text, those, room, how=how)
    if message.resumed:
        yield _names_say("added.resumed", [back.replica for back in message.resumed], room)


def _whys(message: Message, room: int) -> Iterator[str]:
    said: dict[str, list[ReplicaName]] = {}
    for name in message.replicas:
        if why := message.reasons.get(str(name)):
            said.setdefault(why, []).append(name)
    for why, those in said.items():
        yield _names_say("added.reason", those, room, reason=why)


def _return(back: Recovered) -> tuple[str, str]:
    """Return the id of the sentence about *back*, and what it says of the time."""
    if not back.told:
        return f"added.was.{back.status.word}", _from_to(back)
    if back.why not in _SPANS:
        return f"added.{back.why}", ""
    return f"added.{_SPANS[back.why]}.{back.status.word}", span(back.seconds * 1000)


def _from_to(back: Recovered) -> str:
    form = "%H:%M:%S" if back.seconds < _DAY_S else "%Y-%m-%d %H:%M:%S"
    return _say(
        "added.from_to",
        since=_moment(back.dead_at).strftime(form),
        until=_moment(back.back_at).strftime(form),
    )


def _names_say(text: str, those: Iterable[ReplicaName], room: int, **facts: str) -> str:
    return _say(text, names=listed(_named(those), room), **facts)


def _named(those: Iterable[ReplicaName]) -> list[str]:
    return [cut(str(name), MOST_NAME) for name in those]


def _say(text: str, **facts: str) -> str:
    return texts.ENGLISH[text].format(**facts)


def _moment(wall: int) -> datetime:
    return datetime.fromtimestamp(wall / 1000, UTC)
