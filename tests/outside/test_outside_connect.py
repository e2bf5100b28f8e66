import errno
import os
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from rig.port import free_port
from tests.loop import in_loop
from tests.outside.world import Answers, Names, http_answer, serving
from watchkeeper.outside.addresses import Reach
from watchkeeper.outside.connect import Connector, Place, explained
from watchkeeper.outside.failure import (
    Forbidden,
    NameNotFound,
    NoDescriptor,
    Ours,
    PortRefused,
    Theirs,
    TimedOut,
)
from watchkeeper.outside.journey import Journey


async def connect(names: Names, place: Place, timeout_ms: int = 20_000) -> str:
    wire, address = await Connector(names).wire(place, Journey(timeout_ms))
    wire.close()
    return address


@contextmanager
def no_descriptor_left() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    used = max(map(int, os.listdir("/proc/self/fd")))  # noqa: PTH208
    taken = [os.open("/dev/null", os.O_RDONLY)]
    while taken[-1] < used:
        taken.append(os.open("/dev/null", os.O_RDONLY))
    resource.setrlimit(resource.RLIMIT_NOFILE, (taken[-1] + 1, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
        for descriptor in taken:
            os.close(descriptor)


@contextmanager
def hanging(address: str, port: int) -> Iterator[None]:
    """Listen where nobody is ever accepted, and the queue of those who wait is full."""
    listener = socket.socket(socket.AF_INET6)
    waiting = [socket.socket(socket.AF_INET6) for _ in range(4)]
    try:
        listener.bind((address, port))
        listener.listen(0)
        for one in waiting:
            one.setblocking(False)
            one.connect_ex((address, port))
        yield
    finally:
        for sock in (*waiting, listener):
            sock.close()


@in_loop
async def test_every_address_gets_its_turn_until_one_accepts() -> None:
    async with serving(Answers(http_answer())) as port:
        names = Names(a_example="127.0.0.2 127.0.0.3 127.0.0.1")
        assert await connect(names, Place(host="a.example", port=port)) == "127.0.0.1"


@in_loop
async def test_an_address_that_hangs_leaves_the_next_one_its_turn() -> None:
    async with serving(Answers(http_answer())) as port:
        with hanging("::1", port):
            names = Names(a_example="::1 127.0.0.1")
            assert await connect(names, Place(host="a.example", port=port), 2_000) == "127.0.0.1"


@in_loop
async def test_the_evidence_tells_which_address_hung_also_where_the_next_one_accepts() -> None:
    async with serving(Answers(http_answer())) as port:
        with hanging("::1", port):
            connector, journey = Connector(Names(a_example="::1 127.0.0.1")), Journey(500)
            wire, _ = await connector.wire(Place(host="a.example", port=port), journey)
            wire.close()
    journey.end()
    assert f"(::1 port {port} did not answer; 127.0.0.1 port {port})" in str(journey)


@in_loop
async def test_a_name_is_asked_for_once_whatever_happens_to_its_addresses() -> None:
    names = Names(a_example="127.0.0.2 127.0.0.3")
    with pytest.raises(PortRefused) as caught:
        await connect(names, Place(host="a.example", port=free_port()))
    assert names.asked == ["a.example"]
    assert "127.0.0.2" in str(caught.value)
    assert "127.0.0.3" in str(caught.value)


@in_loop
async def test_a_forbidden_address_is_passed_over_where_the_name_has_others() -> None:
    async with serving(Answers(http_answer())) as port:
        names = Names(a_example="169.254.169.254 127.0.0.1")
        assert await connect(names, Place(host="a.example", port=port)) == "127.0.0.1"


@in_loop
async def test_a_name_with_forbidden_addresses_alone_is_ours_to_answer_for() -> None:
    names = Names(a_example="169.254.169.254 fe80::1")
    with pytest.raises(Forbidden, match=r"cloud metadata.*link-local"):
        await connect(names, Place(host="a.example", port=80))


@in_loop
async def test_where_strangers_lead_us_a_private_address_is_forbidden() -> None:
    async with serving(Answers(http_answer())) as port:
        place = Place(host="a.example", port=port, reach=Reach.PUBLIC)
        with pytest.raises(Forbidden, match="private"):
            await connect(Names(a_example="127.0.0.1"), place)


@in_loop
async def test_a_refusal_counts_more_than_an_address_that_we_may_not_reach() -> None:
    names = Names(a_example="169.254.169.254 127.0.0.1")
    with pytest.raises(PortRefused):
        await connect(names, Place(host="a.example", port=free_port()))


@in_loop
async def test_a_name_that_does_not_exist_is_the_targets_trouble() -> None:
    with pytest.raises(NameNotFound):
        await connect(Names(), Place(host="a.example", port=80))


@in_loop
async def test_a_socket_comes_connected_and_does_not_block() -> None:
    async with serving(Answers(http_answer())) as port:
        place = Place(host="127.0.0.1", port=port)
        sock, _ = await Connector(Names()).socket(place, Journey(20_000))
        assert (sock.getblocking(), sock.getpeername()[1]) == (False, port)
        sock.close()


@in_loop
async def test_without_a_descriptor_we_cannot_know() -> None:
    async with serving(Answers(http_answer())) as port:
        place = Place(host="127.0.0.1", port=port)
        connector, journey = Connector(Names()), Journey(20_000)
        with no_descriptor_left():
            with pytest.raises(NoDescriptor):
                await connector.wire(place, journey)
            with pytest.raises(NoDescriptor):
                await connector.socket(place, journey)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        *((number, Ours) for number in (errno.EPERM, errno.EACCES, errno.ENETUNREACH)),
        *((number, Ours) for number in (errno.EADDRNOTAVAIL, errno.ENFILE, errno.ENOBUFS)),
        *((number, Theirs) for number in (errno.EHOSTUNREACH, errno.ECONNRESET, errno.EPIPE)),
        (errno.ETIMEDOUT, TimedOut),
    ],
)
def test_what_we_could_not_do_is_told_apart_from_what_they_did(
    number: int, kind: type[Exception]
) -> None:
    assert isinstance(explained(OSError(number, os.strerror(number)), "there"), kind)
