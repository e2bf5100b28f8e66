"""What is kept and logged of a try that breaks in a way that nobody expected."""

import asyncio
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from tests.house import DEAD, PAGE, House, ended, house
from watchkeeper.core.compose import Sender
from watchkeeper.core.hearing import Hearing
from watchkeeper.core.message import Message
from watchkeeper.core.url import Url
from watchkeeper.notifiers.webhook import Settings
from watchkeeper.outside.outside import Outside
from watchkeeper.speak.talk import Talk
from watchkeeper.speak.thought import Tenure
from watchkeeper.speak.tongue import Tongue
from watchkeeper.store import channel as channel_rows

HOOK = Url.parse("https://hooks.example/TOPSECRET")
SENDER = Sender(installation=UUID(int=7), channel="hook", target="", page=PAGE)


async def breaks(message: Message, settings: object, outside: Outside) -> None:
    del message, settings, outside
    raise ValueError(f"cannot speak to {HOOK.text}")


async def outcome(home: House) -> str:
    """Return how a lane's first try by a broken notifier is kept."""
    [(channel_no, lane_no)] = await home.rows("SELECT channel_no, no FROM lane")
    take = partial(channel_rows.take, channel_no=channel_no, holder=home.ground.worker, fence=0)
    assert await home.store.write(take)
    settings = Settings(hook_url=HOOK)
    tongue = Tongue(sender=SENDER, hearing=Hearing(channel="hook"), settings=settings, send=breaks)
    tenure = Tenure(home.page_no, channel_no, lane_no, "hook", 1)
    running = asyncio.create_task(Talk(home.ground, lambda: tongue, tenure).run())
    async with asyncio.timeout(30):
        while not (rows := await home.rows("SELECT outcome FROM attempt")):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    await ended([running])
    return str(rows[0][0])


def test_neither_the_outcome_nor_the_log_holds_a_secret_of_a_channel_that_breaks(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async def main() -> None:
        async with house(str(tmp_path / "wk.db")) as home:
            await home.look("web:api:1", DEAD)
            said = await outcome(home)
            assert said == "broke: ValueError: cannot speak to https://hooks.example/***"

    asyncio.run(main())
    assert "the notifier of hook broke" in caplog.text
    assert "TOPSECRET" not in caplog.text
