"""B25: whatever the far side of a channel does, its messages arrive, or are told to be lost."""

import asyncio
import os
import sys
from itertools import islice
from pathlib import Path

from tests.stories.mail_cages import MAIL
from tests.stories.notifier_cages import ALL, DAY_MIN, FIVE
from tests.stories.notifier_zoo import END_MIN, zoo
from tests.stories.notifier_zoo import play as play_in

MANY = int(os.environ.get("NOTIFIER_ZOO", len(FIVE)))
BEHAVIOURS = dict(islice(ALL.items(), MANY))
MAIL_BEHAVIOURS = dict(islice(MAIL.items(), MANY))
END = END_MIN if len(FIVE) >= MANY else 2 * DAY_MIN


def test_every_channel_survives_what_its_far_side_does(tmp_path: Path) -> None:
    async def main() -> None:
        async with zoo(str(tmp_path / "zoo.db"), BEHAVIOURS, MAIL_BEHAVIOURS) as one:
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

    asyncio.run(main())
