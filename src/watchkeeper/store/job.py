"""Jobs: transactions on their way to the threads of a store, and back with an answer."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from watchkeeper.store.cursor import Transaction
from watchkeeper.store.errors import StoreRefused

DEADLINE_S = 15.0
END_S = 2.0


@dataclass(slots=True, eq=False)
class Job:
    """A transaction on its way, and what became of it; *answer* is for whoever asked."""

    transaction: Transaction[Any]
    answer: "asyncio.Future[Any]"
    result: Any = None
    error: Exception | None = None

    @property
    def is_given_up(self) -> bool:
        """Return whether nobody waits for the answer any more."""
        return self.answer.done()

    def run(self, carry_out: Callable[[Transaction[Any]], Any]) -> None:
        """Keep what *carry_out* makes of the transaction, be it an error, if anybody waits."""
        if self.is_given_up:
            return
        try:
            self.result = carry_out(self.transaction)
        except Exception as error:  # noqa: BLE001 - whoever asked for it gets it
            self.error = error

    def settle(self) -> None:
        """Give the answer, within the loop that waits for it."""
        if self.is_given_up:
            return
        if self.error:
            self.answer.set_exception(self.error)
        else:
            self.answer.set_result(self.result)


class Jobs:
    """What waits for the threads that run *work*, which takes jobs until none are left.

    The threads are daemons: one that hangs in a database cannot hold up the program's exit.
    """

    def __init__(self, name: str, work: Callable[[], None], threads: int = 1) -> None:
        self._waiting: deque[Job] = deque()
        self._changed = threading.Condition()
        self._is_ended = False
        self._threads = [
            threading.Thread(target=work, name=name, daemon=True) for _ in range(threads)
        ]

    def start(self) -> None:
        """Let the threads begin."""
        for thread in self._threads:
            thread.start()

    def put(self, transaction: Transaction[Any]) -> Job:
        """Return *transaction* as a job that a thread will take; StoreRefused after the end."""
        job = Job(transaction, asyncio.get_running_loop().create_future())
        with self._changed:
            if self._is_ended:
                raise StoreRefused("the store is closed")
            self._waiting.append(job)
            self._changed.notify()
        return job

    def take(self, most: int = 1) -> list[Job]:
        """Return what waits, once something does; nothing when the end has come."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_ended)
            return [self._waiting.popleft() for _ in range(min(len(self._waiting), most))]

    async def end(self) -> None:
        """Take no more, and wait for the threads to end, but not for one that hangs."""
        with self._changed:
            self._is_ended = True
            self._changed.notify_all()
        joins = [asyncio.to_thread(thread.join, END_S) for thread in self._threads]
        await asyncio.gather(*joins)


async def outcome(job: Job, late: str) -> Any:
    """Return the answer to *job*, or raise StoreRefused saying *late* after its deadline.

    A job that nobody waits for any more is given up: it does not run, or not again.
    """
    try:
        async with asyncio.timeout(DEADLINE_S):
            return await job.answer
    except TimeoutError as error:
        raise StoreRefused(late) from error


def settle(jobs: Sequence[Job]) -> None:
    """Give the answers to *jobs*, from a thread; a loop that has ended hears nothing."""
    with suppress(RuntimeError):
        jobs[0].answer.get_loop().call_soon_threadsafe(_settle, jobs)


def _settle(jobs: Sequence[Job]) -> None:
    for job in jobs:
        job.settle()
