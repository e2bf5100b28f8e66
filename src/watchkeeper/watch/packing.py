"""Packing: once an hour is over, its latencies become one blob for each replica."""

from functools import partial

from watchkeeper.core.moment import HOUR_MS
from watchkeeper.judge.ground import Ground
from watchkeeper.outside.clock import Clock
from watchkeeper.store import latency
from watchkeeper.store.cursor import Store, Track
from watchkeeper.store.latency import Span
from watchkeeper.store.patience import attempt
from watchkeeper.watch.post import Post

EVERY_MS = 60_000
LATE_MS = 2 * EVERY_MS  # until then, other workers may have looks in memory
SLICE_MS = 60_000
REPLICAS_AT_ONCE = 10  # those who wait for the same file wait for 10 ms at most
WORK = "packing"


async def pack_for_ever(post: Post) -> None:
    """Pack every hour that is over, where this worker is the one that does, until cancelled."""
    while True:
        await post.ground.clock.sleep(EVERY_MS)
        if post.workers.does(WORK):
            await attempt(_pack_all(post.ground), "latencies could not be packed")


async def _pack_all(ground: Ground) -> None:
    while await pack_next(ground.store, ground.clock):
        pass


async def pack_next(store: Store, clock: Clock) -> bool:
    """Pack one hour that is over; return whether there was one, and all of it is packed.

    An hour that has not begun is packed too: the wall clock was set back since.
    """
    wall = clock.wall()
    kept = Span((wall - LATE_MS) // HOUR_MS * HOUR_MS, wall + HOUR_MS)
    hour = await store.read(partial(latency.first_hour_outside, kept=kept))
    if hour is None:
        return False
    counts, gathered = await _gather(store, hour)
    await _pack(store, hour, gathered, clock.steady())
    return await _forget(store, counts)


async def _gather(store: Store, hour: int) -> tuple[dict[Span, int], dict[int, bytearray]]:
    """Return how many looks each slice of *hour* has, and all their samples by replica."""
    counts: dict[Span, int] = {}
    whole: dict[int, bytearray] = {}
    for since_at in range(hour, hour + HOUR_MS, SLICE_MS):
        span = Span(since_at, since_at + SLICE_MS)
        counts[span], found = await store.read(partial(latency.gather, span=span))
        for replica_no, samples in found.items():
            whole.setdefault(replica_no, bytearray()).extend(samples)
    return counts, whole


async def _pack(store: Store, hour: int, gathered: dict[int, bytearray], now: int) -> None:
    replica_nos = sorted(gathered)
    for start in range(0, len(replica_nos), REPLICAS_AT_ONCE):
        new = {no: gathered[no] for no in replica_nos[start : start + REPLICAS_AT_ONCE]}
        await store.write(partial(latency.pack, hour=hour, new=new, now=now), Track.PAST)


async def _forget(store: Store, counts: dict[Span, int]) -> bool:
    """Delete the slices that are packed; return whether none of them has changed meanwhile."""
    are_gone = [
        await store.write(partial(latency.forget_gathered, span=span, many=many), Track.PAST)
        for span, many in counts.items()
        if many
    ]
    return all(are_gone)
