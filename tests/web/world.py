"""A small world behind the door, and raw sockets before it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from functools import partial, wraps
from pathlib import Path

import uvloop

from watchkeeper.core.announcement import Announcement
from watchkeeper.core.measure import Measures
from watchkeeper.core.name import ReplicaName
from watchkeeper.core.plan import Mode, Node, Page, Plan, Service
from watchkeeper.core.report import Report
from watchkeeper.core.secret import Secret
from watchkeeper.core.state import NodeState, PageState, ReplicaState, ServiceState
from watchkeeper.core.status import Standing, Status, worst
from watchkeeper.core.url import Url
from watchkeeper.judge.desk import Desk
from watchkeeper.judge.door import Door
from watchkeeper.judge.outcome import Outcome
from watchkeeper.judge.passage import Passage
from watchkeeper.web.front import Front, Readiness
from watchkeeper.web.listener import Listener

NOON = 1_795_262_400_000  # 2026-11-21 12:00 UTC
MANAGER = "Basic Ok1BTkFHRVJfU0VDUkVU"
GOOD = "Basic OlJFUE9SVEVSX1NFQ1JFVA=="

PAGE = Page(
    title="Golden Status",
    url=Url.parse("https://status.example.com"),
    company_name="Golden Ltd",
    icon_color="#1972F5",
    icon_url=Url.parse("https://example.com/icon.png"),
    logo_color="#1972F5",
    logo_url=Url.parse("https://example.com/logo.svg"),
    website_url=Url.parse("https://example.com/"),
    support_url=Url.parse("mailto:support@example.com"),
)
PLAN = Plan(
    page=PAGE,
    services=(
        Service(
            key="relay",
            label="Relay nodes",
            nodes=(
                Node(
                    key="socket-client",
                    label="Visitor <realtime> sockets",
                    mode=Mode.PUSH,
                    reveal_replica_name=True,
                ),
            ),
        ),
        Service(
            key="internal",
            label="Internal nodes",
            nodes=(
                Node(key="gateway", label="Private gateway", mode=Mode.LOCAL),
                Node(
                    key="site",
                    label="Site",
                    mode=Mode.POLL,
                    replicas=("http://127.0.0.1:8126/up", "tcp://127.0.0.1:8126"),
                ),
            ),
        ),
        Service(
            key="plugin",
            label="Plugin nodes",
            nodes=(Node(key="script", label="Script", mode=Mode.SCRIPT, replicas=("0",)),),
        ),
    ),
)


READY = Readiness(plan=True, store=True, socket=True)


@dataclass
class StandingClock:
    """A clock that moves when it is told to.

    It was *read* once somebody asked for the time, as happens when the head of a report is here.
    """

    now: int = 1_000_000
    read: asyncio.Event = field(default_factory=asyncio.Event)

    def boottime(self) -> int:
        return self.now

    def wall(self) -> int:
        return NOON + self.now - 1_000_000

    def steady(self) -> int:
        self.read.set()
        return self.now

    def adopt(self, steady: int) -> None:
        self.now = max(self.now, steady)

    def boot_id(self) -> str:
        return "boot"

    async def sleep(self, ms: int) -> None:
        await asyncio.sleep(ms / 1000)


@dataclass
class Paper(Desk):
    """A desk that keeps what people say, and by whose word; *room* is for how much."""

    written: list[Announcement] = field(default_factory=list)
    muted: int = 0
    room: int = 100
    actors: set[str] = field(default_factory=set)
    refuses: Exception | None = None

    async def announce(self, new: Announcement, actor: str) -> bool:
        self._hear(actor)
        if len(self.written) >= self.room:
            return False
        self.written.append(new)
        return True

    async def retract(self, identity: str, actor: str) -> bool:
        self._hear(actor)
        before = len(self.written)
        self.written = [one for one in self.written if one.id != identity]
        return len(self.written) < before

    async def announcements(self) -> list[Announcement]:
        return self.written

    async def mute(self, seconds: int, actor: str) -> None:
        self._hear(actor)
        self.muted = seconds

    async def muted_s(self) -> int:
        return self.muted

    def _hear(self, actor: str) -> None:
        if self.refuses:
            raise self.refuses
        self.actors.add(actor)


@dataclass
class World(Door):
    """Takes reports and believes them at once."""

    plan: Plan = PLAN
    clock: StandingClock = field(default_factory=StandingClock)
    desk: Paper = field(default_factory=Paper)
    reports: dict[ReplicaName, Report] = field(default_factory=dict)
    outcome: Outcome = Outcome.TAKEN
    refuses: Exception | None = None
    held: asyncio.Event | None = None
    readiness: Readiness = READY
    old: bool = False
    gaps: int = 0
    taken: int = 0
    under_way: set["asyncio.Task[None]"] = field(default_factory=set)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    reporter_token: Secret = field(default_factory=partial(Secret, "REPORTER_SECRET"))
    manager_token: Secret = field(default_factory=partial(Secret, "MANAGER_SECRET"))
    assets: Path = Path("/nowhere")
    base: str = ""
    given: PageState | None = None
    measures: Measures = field(default_factory=Measures)
    _state: PageState | None = None

    def take(self, name: ReplicaName, report: Report) -> Passage:
        passage = Passage((name, report.source), report)
        taking = asyncio.create_task(self._let_through(passage))
        self.under_way.add(taking)
        taking.add_done_callback(self.under_way.discard)
        return passage

    async def _let_through(self, passage: Passage) -> None:
        if self.held:
            self.arrived.set()
            await self.held.wait()
        if self.refuses:
            passage.fail(self.refuses)
            return
        self.taken += 1
        if self.outcome is Outcome.TAKEN:
            self.reports[passage.voice[0]] = passage.report
            self._state = None
        passage.settle(self.outcome)

    async def flush(self, name: ReplicaName, actor: str) -> bool:
        assert actor == "reporter"
        if self.refuses:
            raise self.refuses
        self._state = None
        return self.reports.pop(name, None) is not None

    def state(self) -> PageState:
        if self.given:
            return self.given
        if self._state is None:
            self._state = believed(self.plan, self.reports)
        return self._state

    def front(self) -> Front:
        return Front(
            plan=lambda: self.plan,
            state=self.state,
            measures=lambda: self.measures,
            old_since_at=lambda: NOON if self.old else 0,
            door=self,
            desk=self.desk,
            clock=self.clock,
            reporter_token=lambda: self.reporter_token,
            manager_token=lambda: self.manager_token,
            ready=lambda: self.readiness,
            gap=lambda: self.gaps,
            assets=lambda: self.assets,
            base=self.base,
        )


def believed(plan: Plan, reports: dict[ReplicaName, Report]) -> PageState:
    """Return the state of *plan*: pending, but for what *reports* say."""
    services = tuple(_service(service, reports) for service in plan.services)
    return PageState(
        revision=len(reports),
        status=worst(service.status for service in services),
        since_at=NOON,
        services=services,
    )


def _service(service: Service, reports: dict[ReplicaName, Report]) -> ServiceState:
    nodes = tuple(_node(service, node, reports) for node in service.nodes)
    return ServiceState(
        key=service.key,
        label=service.label,
        status=worst(node.status for node in nodes),
        nodes=nodes,
    )


def _node(service: Service, node: Node, reports: dict[ReplicaName, Report]) -> NodeState:
    planned = [ReplicaName(service.key, node.key, key) for key in node.replicas]
    address = (service.key, node.key)
    told = [name for name in reports if name[:2] == address and name not in planned]
    replicas = tuple(_replica(name, reports.get(name)) for name in (*planned, *told))
    return NodeState(
        key=node.key,
        label=node.label,
        mode=node.mode,
        status=worst(replica.status for replica in replicas),
        replicas=replicas,
    )


def _replica(name: ReplicaName, report: Report | None) -> ReplicaState:
    return ReplicaState(
        name=name,
        status=report.status if report else Status.HEALTHY,
        standing=Standing.HEARD if report else Standing.PENDING,
        reason_code=report.reason.code if report else "",
        since_at=NOON,
    )


Test = Callable[[], Coroutine[None, None, None]]


HURRY = 100


class HurriedLoop(asyncio.SelectorEventLoop):
    """A loop whose time runs 100 times as fast."""

    def time(self) -> float:
        return super().time() * HURRY


def run(test: Test) -> Callable[[], None]:
    """Run an asynchronous test in a loop of its own, of the kind that the program uses."""

    @wraps(test)
    def wrapped() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(asyncio.wait_for(test(), 30))

    return wrapped


def hurried(test: Test) -> Callable[[], None]:
    """Run an asynchronous test in a loop whose time runs faster."""

    @wraps(test)
    def wrapped() -> None:
        with asyncio.Runner(loop_factory=HurriedLoop) as runner:
            runner.run(asyncio.wait_for(test(), 30 * HURRY))

    return wrapped


@asynccontextmanager
async def serving(world: World) -> AsyncIterator[Listener]:
    """Serve *world* on a free port."""
    server = Listener(world.front(), "127.0.0.1", 0)
    task = asyncio.create_task(server.run())
    try:
        yield server
    finally:
        server.stop()
        await task


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


@asynccontextmanager
async def connected(
    server: Listener,
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    """Open a connection to *server*."""
    reader, writer = await asyncio.open_connection(*server.address)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()
        await asyncio.sleep(0)


async def send(server: Listener, data: bytes, *, is_head: bool = False) -> Reply:
    """Send *data* on a fresh connection, and read one reply."""
    async with connected(server) as (reader, writer):
        writer.write(data)
        return await receive(reader, is_head=is_head)


async def receive(reader: asyncio.StreamReader, *, is_head: bool = False) -> Reply:
    """Read one reply."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    first, *lines = head.rstrip("\r\n").split("\r\n")
    pairs = [line.split(": ", 1) for line in lines]
    headers = {name.lower(): value for name, value in pairs}
    assert len(headers) == len(pairs), f"a header came twice: {lines}"
    status = int(first.split()[1])
    length = 0 if is_head or status in {100, 304} else int(headers["content-length"])
    return Reply(status, headers, await reader.readexactly(length))


async def get(server: Listener, path: str, method: str = "GET", **headers: str) -> Reply:
    """Ask for *path*."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    data = f"{method} {path} HTTP/1.1\r\nHost: x\r\n{lines}\r\n".encode()
    return await send(server, data, is_head=method == "HEAD")


def posting(
    body: str | bytes = '{"replica":"a","interval":30,"load":{"cpu":0.3,"ram":0.8}}',
    path: str = "/reporter/relay/socket-client",
    auth: str = GOOD,
    more: str = "",
) -> bytes:
    """Return the bytes of a report."""
    raw = body.encode() if isinstance(body, str) else body
    head = (
        f"POST {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {auth}\r\n{more}"
        f"Content-Type: application/json\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


def with_labels(label: str) -> Plan:
    """Return the plan with every text that an operator writes replaced by *label*."""
    services = tuple(
        replace(
            service,
            label=label,
            nodes=tuple(replace(node, label=label, link_label=label) for node in service.nodes),
        )
        for service in PLAN.services
    )
    page = replace(PAGE, title=label, company_name=label, icon_color=label, logo_color=label)
    return replace(PLAN, page=page, services=services)
