"""Queues: each is asked on a schedule of its own, and testifies of the nodes that work on it."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

from watchkeeper.core.name import NodeName, ReplicaName
from watchkeeper.core.plan import Plan
from watchkeeper.core.queue import Broker, Counts, Queue, witness, witness_blind
from watchkeeper.core.reason import Reason
from watchkeeper.core.report import Report
from watchkeeper.core.schedule import next_due
from watchkeeper.outside.failure import Failure
from watchkeeper.store import measure
from watchkeeper.store.cursor import Track
from watchkeeper.store.patience import attempt
from watchkeeper.watch.post import Post
from watchkeeper.watch.rabbitmq import count

MOST_AT_ONCE = 20
log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Watched:
    """A queue and the nodes that work through it, each with its own limits."""

    broker: Broker
    name: str
    nodes: Mapping[NodeName, Queue]

    @property
    def work(self) -> str:
        """Return what decides who asks it, and when."""
        return f"queue {self.name}"

    def are_loaded(self, counts: Counts) -> bool:
        """Return whether *counts* are those of a loaded queue for any of its nodes."""
        return any(queue.limits.are_loaded(counts) for queue in self.nodes.values())


def watched(plan: Plan) -> list[Watched]:
    """Return the queues of *plan*, each once however many nodes name it."""
    found: dict[str, dict[NodeName, Queue]] = {}
    for name, node in plan.nodes():
        if node.queue:
            found.setdefault(node.queue.name, {})[name] = node.queue
    broker = plan.broker
    return [Watched(broker, name, nodes) for name, nodes in found.items()] if broker else []


class Queues:
    """Asks this worker's queues at their moments."""

    def __init__(self, post: Post) -> None:
        self._post = post
        self._ground = post.ground
        self._watched: list[Watched] = []
        self._changed = asyncio.Event()
        self._room = asyncio.Semaphore(MOST_AT_ONCE)

    def plan(self, plan: Plan) -> None:
        """Ask the queues of *plan* from now on."""
        self._watched = watched(plan)
        self._changed.set()

    async def run(self) -> None:
        """Ask every queue at its moment until cancelled."""
        while True:
            self._changed.clear()
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._watch(one)) for one in self._watched]
                await self._changed.wait()
                for task in tasks:
                    task.cancel()

    async def _watch(self, queue: Watched) -> None:
        clock = self._ground.clock
        while True:
            due = next_due(queue.work, queue.broker.interval_ms, clock.steady())
            while (now := clock.steady()) < due:
                await clock.sleep(due - now)
            if self._post.workers.does(queue.work):
                async with self._room:
                    await self.ask(queue)

    async def ask(self, queue: Watched) -> None:
        """Ask *queue* once, or twice where it is loaded, and take to the door what it says."""
        gaps = self._post.gaps()
        heard = self._ground.clock.steady()
        counts = await self._count(queue)
        again_ms = queue.broker.again_ms
        if again_ms is not None and isinstance(counts, Counts) and queue.are_loaded(counts):
            await self._ground.clock.sleep(again_ms)
            heard = self._ground.clock.steady()
            counts = await self._count(queue)
        if self._post.gaps() == gaps:
            await self._testify(queue, counts, heard)
            await self._keep(queue.name, counts if isinstance(counts, Counts) else None)

    async def _count(self, queue: Watched) -> Counts | Reason:
        try:
            return await count(queue.broker, queue.name, self._ground.outside)
        except Failure as failure:
            return Reason(failure.code, str(failure))
        except Exception as error:
            log.exception("the queue %s cannot be asked", queue.name)
            return Reason("local", repr(error))

    async def _testify(self, watched: Watched, counts: Counts | Reason, heard: int) -> None:
        view = self._ground.follower.view
        for node, queue in watched.nodes.items():
            report = _report(queue, counts, heard)
            await asyncio.gather(*(self._tell(name, report) for name in view.replicas(node)))

    async def _keep(self, name: str, counts: Counts | None) -> None:
        """Write *counts* for those who read the page, None where they are not known any more."""
        job = partial(measure.count, page_no=self._ground.page_no, name=name, seen=counts)
        writing = self._ground.store.write(job, Track.PAST)
        await attempt(writing, f"the counts of the queue {name} could not be kept")

    async def _tell(self, name: ReplicaName, report: Report) -> None:
        taking = self._post.door.take(name, report)
        await attempt(taking, f"what a queue says of {name} could not be kept")


def _report(queue: Queue, counts: Counts | Reason, heard: int) -> Report:
    if isinstance(counts, Reason):
        return witness_blind(queue, counts, heard)
    return witness(queue, counts, heard)
