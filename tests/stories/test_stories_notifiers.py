"""B25: whatever the far side of a channel does, its messages arrive, or are told to be lost."""

import asyncio
import os
import sys
from collections.abc import Mapping
from itertools import islice
from pathlib import Path

from tests.notifiers import prosody
from tests.notifiers.apis import APIS
from tests.outside.certificates import Authority
from tests.stories.mail_cages import EMAIL, MAIL, MailCage
from tests.stories.notifier_cages import ALL, DAY_MIN, FIVE, Behaviour, Cage
from tests.stories.notifier_zoo import END_MIN, zoo
from tests.stories.notifier_zoo import play as play_in
from tests.stories.xmpp_cages import CHAT, XMPP, Servers, XmppCage

MANY = int(os.environ.get("NOTIFIER_ZOO", len(FIVE)))
READERS = [f"reader{number}" for number in range(len(CHAT))]
END = END_MIN if len(FIVE) >= MANY else 2 * DAY_MIN


def first(behaviours: Mapping[str, Behaviour]) -> list[tuple[str, Behaviour]]:
    return list(islice(behaviours.items(), MANY))


def cages(servers: Servers) -> dict[tuple[str, str], Cage]:
    """A cage for each kind of channel and each of its first behaviours."""
    found = {(kind, name): Cage(kind, behaviour=how) for kind in APIS for name, how in first(ALL)}
    found |= {(EMAIL, name): MailCage(EMAIL, behaviour=how) for name, how in first(MAIL)}
    chats = zip(READERS, first(CHAT), strict=False)
    found |= {(XMPP, name): XmppCage(servers, reader, how) for reader, (name, how) in chats}
    return found


def test_every_channel_survives_what_its_far_side_does(tmp_path: Path) -> None:
    async def main(servers: Servers) -> None:
        async with zoo(str(tmp_path / "zoo.db"), cages(servers)) as one:
            await play_in(one, END)
            sys.stdout.write(f"{one.counts()}\n")
            wrongs = list(one.wrongs())
            sys.stdout.writelines(f"wrong: {words}\n" for words in wrongs)
            assert wrongs == []
            deaths = [words for words in one.told.said if "web:api" in words]
            assert [words.split()[2:] for words in deaths] == [
                ["dead", "web:api:1"],
                ["dead", "web:api:1", "web:api:2"],
                ["dead", "web:api:2", "+web:api:1"],
                ["healthy", "+web:api:2"],
            ]

    impostor = Authority(tmp_path, "Nobody").server("DNS:localhost")
    with prosody.serving(*READERS) as server, prosody.trusted(server):
        asyncio.run(main(Servers(server, impostor)))
