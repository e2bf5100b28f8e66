"""No channel calls a sick replica dead."""

import pytest

from tests.loop import in_loop
from tests.notifiers.apis import APIS, far
from tests.notifiers.notifier_samples import API, MAIL, alert, message, outage, settings
from watchkeeper.config import folder
from watchkeeper.core.message import Message
from watchkeeper.core.status import Status
from watchkeeper.notifiers import email, xmpp
from watchkeeper.outside.outside import real

SICK = outage(API, MAIL, status=Status.SICK, sick=frozenset({API, MAIL}))
BOTH = message(
    replicas=(API, MAIL),
    alerts=(alert(dead=(API, MAIL), died=(API, MAIL)),),
    sick=frozenset({MAIL}),
)


async def sent(kind: str, one: Message) -> str:
    """What the far side got, whatever it is wrapped in."""
    notifier = folder.load(folder.NOTIFIERS, kind)
    async with far(kind) as side:
        await notifier.send(one, settings(side.port)[kind], real())
    assert side.complaints == []
    (asked,) = side.taken
    return f"{asked}"


@pytest.mark.parametrize("kind", APIS)
@in_loop
async def test_where_nobody_is_dead_the_word_is_not_said(kind: str) -> None:
    said = (await sent(kind, SICK)).lower()
    assert "sick" in said
    assert "dead" not in said.replace('"dead":[]', "")


@pytest.mark.parametrize("kind", APIS)
@in_loop
async def test_beside_the_dead_the_sick_are_named_as_such(kind: str) -> None:
    said = (await sent(kind, BOTH)).lower()
    assert "dead" in said
    assert "sick" in said


@pytest.mark.parametrize("lines", [email.body, lambda one: xmpp.text(one).split("\n")])
def test_letters_and_chats_say_who_is_sick_too(lines: object) -> None:
    assert callable(lines)
    assert f"sick now: {MAIL}" in lines(BOTH)
    assert "Status: Sick" in lines(SICK)
    assert not [line for line in lines(SICK) if "dead" in line.lower()]
