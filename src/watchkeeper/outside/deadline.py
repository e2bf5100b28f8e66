"""Deadline: what waits too long is ended, with one timer for all who wait."""

import asyncio
from functools import cached_property

TICK_S = 0.05
"""A deadline may pass so much late: there are thousands a second, and nearly none is needed."""


class Deadline:
    """A block that is left with TimeoutError when it takes too long."""

    __slots__ = ("_cancelling", "_has_passed", "_others", "_task")

    def __init__(self, task: "asyncio.Task[object]", others: "set[Deadline]") -> None:
        self._task = task
        self._others = others
        self._cancelling = task.cancelling()
        self._has_passed = False

    def __enter__(self) -> None:
        self._others.add(self)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        self._others.discard(self)
        if not self._has_passed:
            return
        is_ours = self._task.uncancel() <= self._cancelling
        if is_ours and kind is asyncio.CancelledError:
            raise TimeoutError

    def come(self) -> None:
        """End what waits in the block."""
        self._has_passed = True
        self._task.cancel()


class Deadlines:
    """All deadlines, by the tick of the clock after which each comes."""

    def __init__(self) -> None:
        self._by_tick: dict[int, set[Deadline]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def within(self, seconds: float) -> Deadline:
        """Return the deadline that ends what the present task does after *seconds*."""
        loop = self._loop
        task = asyncio.current_task(loop)
        if task is None:
            raise RuntimeError("only a task has deadlines")
        tick = int((loop.time() + seconds) / TICK_S) + 1
        others = self._by_tick.get(tick)
        if others is None:
            others = self._by_tick[tick] = set()
            self._arm()
        return Deadline(task, others)

    @cached_property
    def _loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop of this process, which costs a system call to ask for."""
        return asyncio.get_running_loop()

    def _arm(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._loop.call_at(min(self._by_tick) * TICK_S, self._tick)

    def _tick(self) -> None:
        self._timer = None
        now = self._loop.time() / TICK_S
        for tick in sorted(tick for tick in self._by_tick if tick <= now):
            for deadline in tuple(self._by_tick.pop(tick)):
                deadline.come()
        if self._by_tick:
            self._arm()
