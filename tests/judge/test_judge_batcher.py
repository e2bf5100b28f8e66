"""Who shares a commit, and how many at once."""

import asyncio

from tests.house import REPORTER, name
from tests.loop import in_loop
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.judge.batcher import Batcher
from watchkeeper.judge.passage import Passage

MOST = 250


def passage(who: str) -> Passage:
    return Passage((name(f"web:push:{who}"), REPORTER), Report(status=Status.HEALTHY))


def filled(many: int) -> Batcher:
    batcher = Batcher(MOST)
    for number in range(many):
        batcher.put(passage(str(number)))
    return batcher


@in_loop
async def test_a_batch_has_one_of_each_voice_and_the_next_keeps_its_place() -> None:
    batcher = Batcher(MOST)
    first, second, other = passage("1"), passage("1"), passage("2")
    for one in (first, second, other):
        batcher.put(one)
    assert await batcher.batch() == [first, other]
    assert await batcher.batch() == [second]


@in_loop
async def test_what_is_too_much_is_halved_until_a_few_are_left_and_no_further() -> None:
    batcher, sizes = filled(1_000), []
    for _ in range(7):
        batch = await batcher.batch()
        sizes.append(len(batch))
        batcher.refused(batch)
    assert sizes == [250, 125, 62, 31, 15, 8, 250]


@in_loop
async def test_a_slow_store_is_given_a_little_more_after_each_whole_batch() -> None:
    batcher, sizes = filled(1_000), []
    batcher.refused(await batcher.batch())
    for _ in range(4):
        batch = await batcher.batch()
        sizes.append(len(batch))
        batcher.kept(batch)
    assert sizes == [125, 133, 141, 149]


@in_loop
async def test_small_batches_that_are_kept_say_nothing_about_large_ones() -> None:
    batcher = filled(MOST)
    batcher.refused(await batcher.batch())
    batcher.put(passage("1"))
    batcher.kept(await batcher.batch())
    for number in range(MOST):
        batcher.put(passage(str(number)))
    assert len(await batcher.batch()) == MOST // 2


@in_loop
async def test_whoever_waits_for_a_batch_may_leave_and_nothing_is_lost() -> None:
    batcher = Batcher(MOST)
    waits = asyncio.ensure_future(batcher.batch())
    await asyncio.sleep(0)
    waits.cancel()
    one = passage("1")
    batcher.put(one)
    assert await batcher.batch() == [one]
