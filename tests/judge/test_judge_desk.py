"""The desk: announcements and mutes are kept, followed and written down."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace

from tests.house import House, house, name
from tests.stores import Around
from watchkeeper.core.announcement import Announcement
from watchkeeper.judge.desk import MOST_ANNOUNCEMENTS, Desk
from watchkeeper.store import gate
from watchkeeper.store.cursor import T, Track, Transaction

NEWS = Announcement(id="1", title="Work", text="Tonight", at=1_800_000_000_000)
Scene = Callable[[House, Desk], Awaitable[None]]


def play(url: str, scene: Scene) -> None:
    async def main() -> None:
        async with house(url) as home:
            await scene(home, Desk(home.ground))

    asyncio.run(main())


class Forgetful(Around):
    """A store that carries everything out twice, as after a commit whose answer was lost."""

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        await self._store.write(transaction, track)
        return await self._store.write(transaction, track)


def test_what_is_announced_is_followed_and_survives_until_it_is_retracted(store_url: str) -> None:
    async def announce(home: House, desk: Desk) -> None:
        assert await desk.announce(NEWS, "manager")
        await home.follower.follow()
        assert home.follower.state().announcements == (NEWS,)

    async def retract(home: House, desk: Desk) -> None:
        assert home.follower.state().announcements == (NEWS,)
        assert await desk.announcements() == [NEWS]
        assert await desk.retract("1", "manager")
        assert not await desk.retract("1", "manager")
        await home.follower.follow()
        assert home.follower.state().announcements == ()

    play(store_url, announce)
    play(store_url, retract)


def test_announcements_are_listed_in_the_order_in_which_they_were_made(store_url: str) -> None:
    async def scene(_: House, desk: Desk) -> None:
        for identity in "cab":
            await desk.announce(replace(NEWS, id=identity), "manager")
        await desk.retract("a", "manager")
        await desk.announce(replace(NEWS, id="0"), "manager")
        assert [one.id for one in await desk.announcements()] == ["c", "b", "0"]

    play(store_url, scene)


def test_there_is_room_for_a_hundred_announcements_and_past_ones_make_room(store_url: str) -> None:
    async def scene(home: House, desk: Desk) -> None:
        soon = home.clock.wall() + 10_000
        for number in range(MOST_ANNOUNCEMENTS):
            one = replace(NEWS, id=str(number), expires_at=soon if number == 7 else None)
            assert await desk.announce(one, "manager")
        another = replace(NEWS, id="one more")
        assert not await desk.announce(another, "manager")
        home.clock.pass_ms(10_000)
        assert await desk.announce(another, "manager")
        assert "7" not in [one.id for one in await desk.announcements()]

    play(store_url, scene)


def test_a_mute_counts_down_and_survives_a_start(store_url: str) -> None:
    async def begin(home: House, desk: Desk) -> None:
        assert await desk.muted_s() == 0
        await desk.mute(600, "manager")
        assert await desk.muted_s() == 600
        page = await home.store.read(lambda cursor: gate.read(cursor, home.page_no))
        assert page.muted_until == home.clock.steady() + 600_000

    async def end(home: House, desk: Desk) -> None:
        home.clock.pass_ms(1_001)
        assert await desk.muted_s() == 599
        home.clock.pass_ms(600_000)
        assert await desk.muted_s() == 0
        await desk.mute(60, "manager")
        await desk.mute(0, "manager")
        assert await desk.muted_s() == 0

    play(store_url, begin)
    play(store_url, end)


def test_every_deed_is_written_down_with_who_did_it(store_url: str) -> None:
    async def scene(home: House, desk: Desk) -> None:
        await desk.announce(NEWS, "manager")
        await desk.retract("1", "manager")
        await desk.mute(60, "manager")
        await desk.mute(0, "manager")
        await home.push("web:push:a")
        await home.door.flush(name("web:push:a"), "reporter")
        rows = await home.rows("SELECT actor, act, before, after FROM audit ORDER BY no")
        deeds = [
            (f"{actor} {act}", *map(short, (before, after))) for actor, act, before, after in rows
        ]
        assert deeds == [
            ("manager announce", "", "Work"),
            ("manager retract", "Work", ""),
            ("manager mute", 0, 60),
            ("manager mute", 60, 0),
            ("reporter flush", "web:push:a", ""),
        ]

    play(store_url, scene)


def short(words: str) -> object:
    if not words:
        return ""
    said = json.loads(words)
    return said.get("title", said.get("seconds", said.get("replica")))


def test_a_deed_whose_answer_was_lost_is_done_once_and_answered_alike(store_url: str) -> None:
    async def scene(home: House, _: Desk) -> None:
        desk = Desk(replace(home.ground, store=Forgetful(home.store)))
        assert await desk.announce(NEWS, "manager")
        assert await desk.retract(NEWS.id, "manager")
        await desk.mute(60, "manager")
        rows = await home.rows("SELECT act FROM audit ORDER BY no")
        assert rows == [("announce",), ("retract",), ("mute",)]

    play(store_url, scene)
