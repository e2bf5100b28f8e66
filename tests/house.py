"""A small house for tests: real store, real door, a clock that the test moves."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from watchkeeper.core import facts as fact
from watchkeeper.core.facts import Facts
from watchkeeper.core.flap import FlapRules
from watchkeeper.core.lane import Notification
from watchkeeper.core.moment import Moment
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import (
    AlertOn,
    Channel,
    Listening,
    Looking,
    Mode,
    Node,
    Page,
    Plan,
    Policy,
    Service,
    Target,
    Window,
)
from watchkeeper.core.reason import Reason
from watchkeeper.core.reminder import Reminding
from watchkeeper.core.report import SELF, Report, Source, SourceKind
from watchkeeper.core.sighting import silence
from watchkeeper.core.status import Status
from watchkeeper.core.url import Url
from watchkeeper.judge.door import Door
from watchkeeper.judge.follow import Follower
from watchkeeper.judge.ground import Ground
from watchkeeper.judge.outcome import Outcome
from watchkeeper.judge.reconcile import Order, reconcile
from watchkeeper.judge.recording import Recording
from watchkeeper.judge.rules import Rules
from watchkeeper.outside.clock import this_moment
from watchkeeper.outside.outside import real
from watchkeeper.store import gate, meta, notification
from watchkeeper.store.cursor import Cursor, Store
from watchkeeper.store.opening import open_to_serve
from watchkeeper.watch.isolation import Isolation
from watchkeeper.watch.post import Post
from watchkeeper.watch.workers import Workers

DEAD, SICK, HEALTHY, BLIND = Status.DEAD, Status.SICK, Status.HEALTHY, Status.BLIND
REPORTER = Source(SourceKind.REPORTER)
INSTALLATION = UUID(int=7)
_LOOKING = Looking()
_FLAP = FlapRules()
_URL = Url.parse("https://status.example.com")
PAGE = Page(
    title="Example Status",
    url=_URL,
    company_name="Example",
    icon_color="#000",
    icon_url=_URL,
    logo_color="#000",
    logo_url=_URL,
    website_url=_URL,
    support_url=_URL,
)


class FakeClock:
    """Times that stand still until the test moves them."""

    def __init__(self, steady: int = 1_000_000) -> None:
        self._steady = steady
        self.wall_ms = 1_800_000_000_000

    def boottime(self) -> int:
        return self._steady

    def wall(self) -> int:
        return self.wall_ms

    def steady(self) -> int:
        return self._steady

    def adopt(self, steady: int) -> None:
        self._steady = max(self._steady, steady)

    def boot_id(self) -> str:
        return "boot"

    async def sleep(self, ms: int) -> None:
        await asyncio.sleep(min(ms, 5) / 1000)

    def pass_ms(self, ms: int) -> None:
        self._steady += ms
        self.wall_ms += ms


def name(text: str) -> ReplicaName:
    return ReplicaName(*text.split(":", 2))


def plan(  # noqa: PLR0913 - each side that some test varies
    nodes: Mapping[str, Mode | tuple[str, ...]] | None = None,
    *,
    alert_on: AlertOn = AlertOn.PAGE,
    trouble_from: Status = Status.DEAD,
    looking: Looking = _LOOKING,
    channels: tuple[str, ...] = ("hook",),
    most_replicas: int = 1_000,
    reminding: Reminding | None = None,
) -> Plan:
    """A plan of nodes, `service:node` to its mode, or to the replicas that are polled.

    A channel is a key, and the number of its targets where it has several: `pager 3`.
    """
    nodes = nodes or {"web:api": ("1", "2"), "web:push": Mode.PUSH}
    services: dict[str, list[Node]] = {}
    for text, what in nodes.items():
        service, node = text.split(":")
        polled = what if isinstance(what, tuple) else ()
        mode = Mode.POLL if isinstance(what, tuple) else what
        services.setdefault(service, []).append(
            Node(
                key=node,
                label=node,
                mode=mode,
                replicas=polled,
                looking=looking,
                listening=Listening(most_replicas=most_replicas),
            )
        )
    return Plan(
        page=PAGE,
        services=tuple(Service(key=k, label=k, nodes=tuple(v)) for k, v in services.items()),
        channels=tuple(
            Channel(key=k.split()[0], kind="webhook", digest=k, targets=_targets(k))
            for k in channels
        ),
        policy=Policy(alert_on=alert_on, trouble_from=trouble_from, reminding=reminding),
        digest=str(sorted(nodes.items(), key=str)) + str(alert_on) + trouble_from.word,
    )


def _targets(channel: str) -> dict[str, Target]:
    _, _, many = channel.partition(" ")
    if not many:
        return {"": Target(settings=None)}
    return {str(rank): Target(settings=None, rank=rank) for rank in range(int(many))}


def held(wanted: Plan, *windows: Window, flap: FlapRules = _FLAP) -> Plan:
    """The plan *wanted* with these windows of maintenance, and these rules of flapping."""
    return replace(
        wanted,
        windows=windows,
        policy=replace(wanted.policy, flap=flap),
        digest=wanted.digest + str((windows, flap)),
    )


class House:
    """One process, as far as judging goes."""

    def __init__(self, store: Store, page_no: int, plan: Plan, clock: FakeClock) -> None:
        self.store = store
        self.page_no = page_no
        self.plan = plan
        self.clock = clock
        self.recording = Recording()
        self.follower = Follower(store, clock, page_no)
        self.ground = Ground(
            outside=real(clock=clock),
            store=store,
            follower=self.follower,
            installation=INSTALLATION,
            worker="w",
        )
        self.door = Door(self.ground, Rules.of(plan), self.recording)

    async def adopt(self, plan: Plan, *, force: bool = False) -> None:
        order = Order(page_no=self.page_no, plan=plan, now=self.now(), force=force)
        self.departed = await self.store.write(partial(reconcile, order=order))
        self.plan, self.door.rules = plan, Rules.of(plan)
        await self.follower.follow()

    def now(self) -> Moment:
        return this_moment(self.clock)

    def workers(self, called: str = "w") -> Workers:
        return Workers(replace(self.ground, worker=called), self.recording)

    def post(self, workers: Workers | None = None, gaps: Callable[[], int] = lambda: 0) -> Post:
        """Return where *workers*, or else a single worker, stands on watch."""
        return Post(
            ground=self.ground,
            door=self.door,
            workers=workers or self.workers(),
            isolation=Isolation(self.ground, lambda: ""),
            gaps=gaps,
        )

    async def pair(self, work: str) -> tuple[Post, Post]:
        """Return where two workers stand: one that leaves *work* alone, and one that does it."""
        one, other = self.workers("one"), self.workers("other")
        for worker in (one, other, one):
            worker.plan_digest = self.plan.digest
            await worker.beat()
        idle, busy = sorted((one, other), key=lambda worker: worker.does(work))
        assert (idle.does(work), busy.does(work)) == (False, True)
        return self.post(idle), self.post(busy)

    async def look(
        self, who: str, status: Status, *, seq: int | None = None, why: str = ""
    ) -> None:
        """Take one look's report, a millisecond after the last."""
        self.clock.pass_ms(1)
        heard = self.clock.steady()
        report = Report(
            status=status, heard=heard, seq=heard if seq is None else seq, reason=Reason(why)
        )
        await self.take(who, report)

    async def push(self, who: str, status: Status = HEALTHY, *, valid_ms: int = 10_000) -> Outcome:
        """Take one reporter's report, a millisecond after the last."""
        self.clock.pass_ms(1)
        heard = self.clock.steady()
        return await self.take(
            who, Report(status=status, source=REPORTER, heard=heard, valid_ms=valid_ms)
        )

    async def silence(self, who: str, source: Source = REPORTER) -> None:
        """Take the silence of a source that broke its promise by now."""
        kept = self.follower.view.kept(name(who), source)
        assert kept is not None
        report = silence(kept.sighting, 0, self.clock.steady())
        assert report is not None
        await self.take(who, report)

    async def take(self, who: str, report: Report) -> Outcome:
        outcome = await self.door.take(name(who), report)
        await self.follower.follow()
        return outcome

    async def said(self) -> list[Facts]:
        """All notifications, in their order."""
        return await self.store.read(_said)

    def status(self, who: str) -> Status:
        row = self.follower.view.replica(name(who))
        assert row is not None
        return row.status

    async def rows(self, sql: str, *values: object) -> list[tuple[Any, ...]]:
        return await self.store.read(lambda cursor: cursor.rows(sql, values))

    async def run(self, sql: str, *values: object) -> int:
        return await self.store.write(lambda cursor: cursor.run(sql, values))


def _said(cursor: Cursor) -> list[Facts]:
    rows = cursor.rows("SELECT no, facts, alert_no FROM notification ORDER BY no")
    kept = [Notification(no, fact.parse(text), alert_no) for no, text, alert_no in rows]
    return [facts for one in kept if (facts := notification.complete(cursor, one))]


async def ended(running: Iterable[asyncio.Task[None]]) -> None:
    """End tasks that run for ever; whichever broke before says so now."""
    for task in running:
        task.cancel()
    results = await asyncio.gather(*running, return_exceptions=True)
    broken = [one for one in results if not isinstance(one, asyncio.CancelledError | None)]
    assert broken == []


@asynccontextmanager
async def house(
    url: str,
    wanted: Plan | None = None,
    clock: FakeClock | None = None,
    around: Callable[[Store], Store] = lambda store: store,
) -> AsyncIterator[House]:
    """A house on the database at *url*; leaving it is a clean stop.

    *around* puts a disk with faults of its own, or one that counts, in the place of the real one.
    """
    clock = clock or FakeClock()
    store = await open_to_serve(url)
    try:
        page_no = await store.write(partial(meta.page_no, wall=clock.wall()))
        page = await store.read(partial(gate.read, page_no=page_no))
        clock.adopt(page.steady)
        built = House(around(store), page_no, wanted or plan(), clock)
        await built.adopt(built.plan)
        running = asyncio.create_task(built.door.run())
        yield built
        await ended([running])
        await built.ground.outside.close()
    finally:
        await store.close()


__all__ = ["SELF", "House", "house", "name", "plan"]
