"""The loop of a test: the server's own kind, and nothing that goes wrong in it goes unseen."""

import asyncio
import functools
import gc
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

AsyncTest = Callable[..., Coroutine[Any, Any, None]]


def in_loop(test: AsyncTest) -> Callable[..., None]:
    """Return *test* to be run in a loop of its own, in which no exception may go unseen."""

    @functools.wraps(test)
    def run(*args: object, **kwargs: object) -> None:
        unseen: list[dict[str, Any]] = []

        async def main() -> None:
            loop = asyncio.get_running_loop()
            loop.set_exception_handler(lambda _, context: unseen.append(context))
            await test(*args, **kwargs)
            gc.collect(1)

        uvloop.run(main())
        assert unseen == []

    return run
