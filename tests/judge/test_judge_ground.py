"""Where the clock of a process goes on when it starts."""

from functools import partial
from typing import TypeVar

from tests.conftest import OpenStore
from tests.house import FakeClock
from tests.loop import in_loop
from tests.stores import Around
from watchkeeper.core.steady import ClockMark
from watchkeeper.judge.ground import break_ground
from watchkeeper.outside.outside import real
from watchkeeper.store import meta
from watchkeeper.store.cursor import Store, Track, Transaction

T = TypeVar("T")
BOOTTIME = 50_000
MARK = ClockMark("boot", steady=700_000, boottime=40_000, wall=1_800_000_000_000)


class StartClock(FakeClock):
    """A clock of a machine that runs for 50 s, and of a process that knows nothing yet."""

    def __init__(self) -> None:
        super().__init__(steady=BOOTTIME)
        self._ahead = 0

    def steady(self) -> int:
        return self.boottime() + self._ahead

    def adopt(self, steady: int) -> None:
        self._ahead = max(self._ahead, steady - self.boottime())


class SlowStore(Around):
    """A store that needs a second for whatever it keeps."""

    def __init__(self, store: Store, clock: FakeClock) -> None:
        super().__init__(store)
        self._clock = clock

    async def write(self, transaction: Transaction[T], track: Track = Track.GATE) -> T:
        self._clock.pass_ms(1_000)
        kept = await super().write(transaction, track)
        self._clock.pass_ms(1_000)
        return kept


@in_loop
async def test_what_a_start_waits_for_the_store_is_time_that_passed(open_store: OpenStore) -> None:
    clock = StartClock()
    outside = real(clock=clock)
    async with open_store() as store:
        await store.write(partial(meta.save_clock, mark=MARK))
        await break_ground(outside, SlowStore(store, clock), is_alone=True)
        await outside.close()
    assert clock.steady() - MARK.steady == clock.boottime() - MARK.boottime
