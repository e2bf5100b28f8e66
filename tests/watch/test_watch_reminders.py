"""Which worker reminds, on both databases; the judge's own test says of what."""

from tests.house import DEAD, House, house
from tests.loop import in_loop
from watchkeeper.core.facts import Kind
from watchkeeper.core.reminder import Reminding
from watchkeeper.store.patience import EVERY_MS
from watchkeeper.watch.reminders import WORK, Reminders

POLICY = Reminding(interval_ms=60_000)


async def reminders(home: House) -> int:
    return [facts.kind for facts in await home.said()].count(Kind.REMINDER)


@in_loop
async def test_of_two_workers_only_the_one_whose_work_it_is_reminds(store_url: str) -> None:
    async with house(store_url) as home:
        idle, busy = await home.pair(WORK)
        await home.look("web:api:1", DEAD)
        home.clock.pass_ms(60_000)
        await Reminders(idle, lambda: POLICY).go_round()
        assert await reminders(home) == 0
        await Reminders(busy, lambda: POLICY).go_round()
        assert await reminders(home) == 1


@in_loop
async def test_the_next_round_comes_when_a_reminder_is_due_and_within_a_second(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        rounds = Reminders(home.post(), lambda: POLICY)
        await home.look("web:api:1", DEAD)
        assert await rounds.go_round() == EVERY_MS
        home.clock.pass_ms(59_700)
        assert await rounds.go_round() == 300
        assert await Reminders(home.post(), lambda: None).go_round() == EVERY_MS
