"""Whoever must answer while our own network works, and what their silence means."""

import asyncio

from rig.port import free_port
from tests.loop import in_loop
from tests.outside.world import Names, serving
from watchkeeper.outside import anchors
from watchkeeper.outside.connect import Place
from watchkeeper.outside.failure import ResolverFailed
from watchkeeper.outside.outside import real
from watchkeeper.outside.resolve import Resolved


class Failing(Names):
    """A resolver that fails for every name but `near`, which is not called this machine."""

    def __init__(self) -> None:
        super().__init__()
        self.is_new = True

    async def resolve(self, host: str, server: str = "") -> Resolved:
        if host != "near":
            raise ResolverFailed(f"{server} did not answer for {host}")
        self.is_new = not self.is_new  # who asks first asks whether it is this machine
        return Resolved(("127.0.0.1",) if self.is_new else ("192.0.2.1",))


def named(*hosts: str, port: int) -> list[Place]:
    return [Place(host=host, port=port) for host in hosts]


@in_loop
async def test_a_resolver_that_fails_is_nobodys_silence_while_anybody_answers() -> None:
    async with serving(lambda *_: asyncio.sleep(0)) as port:
        places = named("near", "a.example", "b.example", port=port)
        assert await anchors.answers(places, "", real(resolver=Failing())) == [True]


@in_loop
async def test_where_nobody_answers_names_that_cannot_be_resolved_are_silent() -> None:
    places = named("a.example", "b.example", port=free_port())
    assert await anchors.answers(places, "", real(resolver=Failing())) == [False, False]
