"""A queue as a witness beside push reports: who asks it, when, and what follows."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests import rabbitmq
from tests.house import DEAD, HEALTHY, SICK, House, ended, house, plan
from tests.loop import in_loop
from tests.outside.world import serving
from watchkeeper.core.facts import Kind
from watchkeeper.core.plan import Mode, Node, Plan
from watchkeeper.core.queue import Broker, Counts, Limits, Queue
from watchkeeper.core.secret import Secret
from watchkeeper.core.url import Url
from watchkeeper.judge.outcome import Outcome
from watchkeeper.store import measure
from watchkeeper.watch.queues import Queues, watched

LIMITS = Limits(ready_loaded=3, nack_loaded=3, ready_stalled=6, nack_stalled=6)
EVERY_MS = 10_000


def broker(port: int, again_ms: int | None = None) -> Broker:
    return Broker(
        api=Url.parse(f"http://127.0.0.1:{port}"),
        user=rabbitmq.USER,
        password=Secret(rabbitmq.PASSWORD),
        vhost="/",
        interval_ms=EVERY_MS,
        timeout_ms=20_000,
        again_ms=again_ms,
    )


def worked_through(asked: Broker | None, **queues: str | None) -> Plan:
    """A plan of push nodes `web:KEY`, each with the name of its queue."""
    bare = plan({f"web:{key}": Mode.PUSH for key in queues})
    nodes = tuple(_with_queue(node, queues[node.key]) for node in bare.services[0].nodes)
    services = (replace(bare.services[0], nodes=nodes),)
    return replace(bare, services=services, broker=asked, digest=f"{asked}{queues}")


def _with_queue(node: Node, name: str | None) -> Node:
    return replace(node, queue=Queue(name=name, limits=LIMITS) if name else None)


class Api:
    """A management API: how many messages are ready in each answer, None for a broken one."""

    def __init__(self, *ready: int | None) -> None:
        self.ready = list(ready)
        self.asked: list[str] = []
        self.before_answer: Callable[[], None] = lambda: None

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.asked.append((await reader.readuntil(b"\r\n\r\n")).decode().split()[1])
        self.before_answer()
        ready = self.ready.pop(0) if len(self.ready) > 1 else self.ready[0]
        body = json.dumps({"messages_ready": ready, "messages_unacknowledged": 0})
        writer.write(f"HTTP/1.1 200 OK\r\ncontent-length: {len(body)}\r\n\r\n{body}".encode())


class Asking:
    """The queues of one process, in a house."""

    def __init__(self, house: House, called: str = "w") -> None:
        self.house = house
        self.gaps = 0
        self.workers = house.workers(called)
        self.queues = Queues(house.post(self.workers, lambda: self.gaps))

    def stand_still(self) -> None:
        self.gaps += 1

    async def ask(self) -> None:
        """Ask every queue of the plan once."""
        self.house.clock.pass_ms(1)
        for one in watched(self.house.plan):
            await self.queues.ask(one)
        await self.house.follower.follow()


@asynccontextmanager
async def asking(url: str, wanted: Plan) -> AsyncIterator[Asking]:
    async with house(url, wanted) as one:
        yield Asking(one)


async def deaths(one: House) -> list[tuple[int, int]]:
    """How many died and came back in each notification."""
    said = await one.said()
    return [(len(f.died), len(f.back)) for f in said if f.kind is Kind.CHANGED]


@in_loop
async def test_a_stalled_queue_is_dead_once_under_healthy_pushes_and_does_not_flap(
    store_url: str,
) -> None:
    async with (
        serving(Api(7)) as port,
        asking(store_url, worked_through(broker(port), api="q")) as a,
    ):
        for _ in range(5):
            await a.house.push("web:api:1")
            await a.ask()
            await a.house.push("web:api:1")
        assert a.house.status("web:api:1") is DEAD
        assert await deaths(a.house) == [(1, 0)]


@in_loop
async def test_it_comes_back_when_the_queue_is_worked_through(store_url: str) -> None:
    api = Api(7, 4, 0)
    async with serving(api) as port, asking(store_url, worked_through(broker(port), api="q")) as a:
        await a.house.push("web:api:1")
        seen = []
        for _ in range(3):
            await a.ask()
            seen.append(a.house.status("web:api:1"))
        assert seen == [DEAD, SICK, HEALTHY]
        assert await deaths(a.house) == [(1, 0), (0, 1)]


@in_loop
async def test_every_replica_that_has_reported_is_affected_and_no_other_node(
    store_url: str,
) -> None:
    wanted = worked_through(broker(1), api="q", other=None)
    async with serving(Api(7)) as port:
        wanted = replace(wanted, broker=broker(port))
        async with asking(store_url, wanted) as a:
            for who in ("web:api:1", "web:api:2", "web:other:1"):
                await a.house.push(who)
            await a.ask()
            assert [a.house.status(f"web:api:{n}") for n in "12"] == [DEAD, DEAD]
            assert a.house.status("web:other:1") is HEALTHY


@in_loop
@pytest.mark.parametrize("before", [7, 4])
async def test_a_queue_that_cannot_be_asked_any_more_takes_back_what_it_said(
    store_url: str, before: int
) -> None:
    async with (
        serving(Api(before, None)) as port,
        asking(store_url, worked_through(broker(port), api="q")) as a,
    ):
        await a.house.push("web:api:1")
        await a.ask()
        await a.ask()
        assert a.house.status("web:api:1") is HEALTHY


@in_loop
async def test_a_queue_brings_nobody_back_who_is_gone(store_url: str) -> None:
    async with (
        serving(Api(0, 7)) as port,
        asking(store_url, worked_through(broker(port), api="q")) as a,
    ):
        await a.house.push("web:api:1")
        await a.ask()
        await a.house.run("UPDATE replica SET gone_at = 1, revision = revision + 1")
        await a.ask()
        assert await a.house.rows("SELECT gone_at FROM replica") == [(1,)]


@in_loop
async def test_a_loaded_queue_is_asked_once_more_and_only_the_second_answer_counts(
    store_url: str,
) -> None:
    api = Api(7, 0)
    async with (
        serving(api) as port,
        asking(store_url, worked_through(broker(port, again_ms=1), api="q")) as a,
    ):
        await a.house.push("web:api:1")
        await a.ask()
        assert (a.house.status("web:api:1"), len(api.asked)) == (HEALTHY, 2)


@in_loop
@pytest.mark.parametrize(("ready", "again_ms", "times"), [(2, 1, 1), (4, None, 1), (4, 0, 2)])
async def test_it_is_asked_again_only_where_it_is_loaded_and_a_delay_is_set(
    tmp_path: Path, ready: int, again_ms: int | None, times: int
) -> None:
    api = Api(ready)
    wanted = worked_through(None, api="q")
    async with serving(api) as port:
        url = str(tmp_path / "store.db")
        async with asking(url, replace(wanted, broker=broker(port, again_ms))) as a:
            await a.ask()
    assert len(api.asked) == times


@in_loop
async def test_a_queue_of_several_nodes_and_replicas_is_asked_once(tmp_path: Path) -> None:
    api = Api(0)
    async with serving(api) as port:
        wanted = worked_through(broker(port), api="q", mail="q", other="r")
        async with asking(str(tmp_path / "store.db"), wanted) as a:
            for n in range(5):
                await a.house.push(f"web:api:{n}")
            await a.ask()
    assert [path.partition("?")[0] for path in api.asked] == [
        "/api/queues/%2F/q",
        "/api/queues/%2F/r",
    ]


@in_loop
async def test_what_was_asked_before_a_gap_counts_for_nothing(store_url: str) -> None:
    api = Api(7)
    async with (
        serving(api) as port,
        asking(store_url, worked_through(broker(port), api="q")) as a,
    ):
        await a.house.push("web:api:1")
        api.before_answer = a.stand_still
        await a.ask()
        assert a.house.status("web:api:1") is HEALTHY


@in_loop
async def test_of_several_processes_one_asks_each_queue_at_each_moment(tmp_path: Path) -> None:
    api = Api(0)
    names = {f"n{n}": f"q{n}" for n in range(6)}
    async with serving(api) as port:
        wanted = worked_through(broker(port), **names)
        async with house(str(tmp_path / "store.db"), wanted) as one:
            both = [Asking(one, called) for called in ("a", "b")]
            for asking_one in both:
                await asking_one.workers.beat()
            await both[0].workers.watch()
            running = []
            for asking_one in both:
                asking_one.queues.plan(wanted)
                running.append(asyncio.create_task(asking_one.queues.run()))
            for _ in range(3 * EVERY_MS // 500):
                one.clock.pass_ms(500)
                await asyncio.sleep(0.02)
            await ended(running)
    asked = [path.partition("?")[0][-1] for path in api.asked]
    assert {asked.count(str(n)) for n in range(6)} <= {2, 3}, asked  # the last may be under way


@in_loop
async def test_a_plan_without_the_queue_takes_back_what_it_said(store_url: str) -> None:
    async with (
        serving(Api(7)) as port,
        asking(store_url, worked_through(broker(port), api="q")) as a,
    ):
        await a.house.push("web:api:1")
        await a.ask()
        assert a.house.status("web:api:1") is DEAD
        await a.house.adopt(worked_through(None, api=None))
        assert a.house.status("web:api:1") is HEALTHY
        assert (
            await a.house.rows(
                "SELECT 1 FROM sighting g JOIN source s ON s.no = g.source_no"
                " WHERE s.kind = 'queue'"
            )
            == []
        )
        assert await deaths(a.house) == [(1, 0), (0, 1)]


@in_loop
async def test_a_plan_with_the_same_queue_keeps_what_it_said(store_url: str) -> None:
    async with (
        serving(Api(7)) as port,
        asking(store_url, worked_through(broker(port), api="q")) as a,
    ):
        await a.house.push("web:api:1")
        await a.ask()
        await a.house.adopt(worked_through(broker(port, again_ms=5), api="q", new=None))
        assert a.house.status("web:api:1") is DEAD
        assert await deaths(a.house) == [(1, 0)]


@in_loop
async def test_a_real_queue_that_nobody_works_through_is_dead_until_somebody_does(
    tmp_path: Path, rabbit: rabbitmq.RabbitMq
) -> None:
    wanted = worked_through(broker(rabbit.api), api="orders/eu")
    async with asking(str(tmp_path / "store.db"), wanted) as a:
        seen = []
        for messages in (0, 3, 7, 0):
            rabbit.fill("orders/eu", messages)
            assert await a.house.push("web:api:1") is Outcome.TAKEN
            await a.ask()
            await a.house.push("web:api:1")
            seen.append(a.house.status("web:api:1"))
        assert seen == [HEALTHY, SICK, DEAD, HEALTHY]
        assert await deaths(a.house) == [(1, 0), (0, 1)]


@in_loop
async def test_what_a_queue_was_seen_with_is_kept_for_the_page_until_it_cannot_be_asked(
    store_url: str,
) -> None:
    async with (
        serving(Api(7, 5, 5, None)) as port,
        asking(store_url, worked_through(broker(port), api="q")) as a,
    ):
        for kept in ({"q": Counts(7, 0)}, {"q": Counts(5, 0)}, {"q": Counts(5, 0)}, {}):
            await a.ask()
            assert await a.house.store.read(partial(measure.counts, page_no=1)) == kept
