"""What was seen is kept, whatever a script prints."""

import asyncio
from functools import partial

from tests.house import house
from watchkeeper.store.history import add_evidence


def test_evidence_is_kept_without_what_a_database_does_not_take(store_url: str) -> None:
    async def main() -> None:
        async with house(store_url) as home:
            [(replica_no,)] = await home.rows("SELECT MIN(no) FROM replica")
            body = "exit \0\ud800status"
            await home.store.write(partial(add_evidence, replica_no=replica_no, at=0, body=body))
            assert await home.rows("SELECT body FROM evidence") == [("exit ?status",)]

    asyncio.run(main())
