"""What is forgotten, and what never is, on both databases."""

import asyncio
from functools import partial

from tests.house import DEAD, HEALTHY, House, house
from watchkeeper.store import lane, retention

FAR = 10**15
# The newest notification of all always stays: here, the recovery.


async def _forget(home: House) -> int:
    job = partial(retention.forget_told, page_no=home.page_no, before=FAR)
    return await home.store.write(job)


def test_what_a_lane_has_yet_to_tell_is_never_forgotten(store_url: str) -> None:
    async def main() -> None:
        async with house(store_url) as home:
            await home.look("web:api:1", DEAD)
            await home.look("web:api:1", HEALTHY)
            assert await _forget(home) == 0
            await home.run("UPDATE lane SET told = 1000000")
            assert await _forget(home) == 1

    asyncio.run(main())


def test_what_belongs_to_an_open_alert_is_never_forgotten(store_url: str) -> None:
    async def main() -> None:
        async with house(store_url) as home:
            await home.look("web:api:1", DEAD)
            await home.run("UPDATE lane SET told = 1000000")
            assert await _forget(home) == 0
            await home.look("web:api:1", HEALTHY)
            assert await _forget(home) == 1

    asyncio.run(main())


def test_a_lane_that_is_gone_keeps_nothing(store_url: str) -> None:
    async def main() -> None:
        async with house(store_url) as home:
            await home.look("web:api:1", DEAD)
            await home.look("web:api:1", HEALTHY)
            rows = await home.store.read(partial(lane.channels, page_no=home.page_no))
            await home.store.write(partial(lane.remove_channel, no=rows[0].no, at=1))
            assert await _forget(home) == 1

    asyncio.run(main())


def test_no_number_of_a_notification_is_given_out_twice(store_url: str) -> None:
    async def main() -> None:
        async with house(store_url) as home:
            await home.look("web:api:1", DEAD)
            before = await home.rows("SELECT MAX(no) FROM notification")
            await home.run("DELETE FROM notification")
            await home.look("web:api:1", HEALTHY)
            assert await home.rows("SELECT MAX(no) FROM notification") > before

    asyncio.run(main())
