"""What is forgotten, and what never is, on both databases."""

from functools import partial

from tests.house import DEAD, HEALTHY, House, house, name, plan
from tests.loop import in_loop
from watchkeeper.core.announcement import Announcement
from watchkeeper.core.moment import DAY_MS
from watchkeeper.core.plan import Mode
from watchkeeper.core.report import Report, Source, SourceKind
from watchkeeper.judge.outcome import Outcome
from watchkeeper.judge.tidy import tidy
from watchkeeper.store import channel as channel_rows
from watchkeeper.store import history, notice, retention
from watchkeeper.store.cursor import Cursor

FAR = 10**15
OTHER = Source(SourceKind.REPORTER, "other")
# The newest notification of all always stays: here, the recovery.


async def _forget(home: House) -> int:
    job = partial(retention.forget_told, page_no=home.page_no, before=FAR)
    return await home.store.write(job)


@in_loop
async def test_what_a_lane_has_yet_to_tell_is_never_forgotten(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", DEAD)
        await home.look("web:api:1", HEALTHY)
        assert await _forget(home) == 0
        await home.run("UPDATE lane SET told = 1000000")
        assert await _forget(home) == 1


@in_loop
async def test_what_belongs_to_an_open_alert_is_never_forgotten(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", DEAD)
        await home.run("UPDATE lane SET told = 1000000")
        assert await _forget(home) == 0
        await home.look("web:api:1", HEALTHY)
        assert await _forget(home) == 1


@in_loop
async def test_a_lane_that_is_gone_keeps_nothing(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", DEAD)
        await home.look("web:api:1", HEALTHY)
        rows = await home.store.read(partial(channel_rows.of_page, page_no=home.page_no))
        await home.store.write(partial(channel_rows.remove, no=rows[0].no, at=1))
        assert await _forget(home) == 1


@in_loop
async def test_no_number_of_a_notification_is_given_out_twice(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", DEAD)
        before = await home.rows("SELECT MAX(no) FROM notification")
        await home.run("DELETE FROM notification")
        await home.look("web:api:1", HEALTHY)
        assert await home.rows("SELECT MAX(no) FROM notification") > before


async def _hear(home: House, source: Source) -> None:
    home.clock.pass_ms(1)
    report = Report(status=HEALTHY, source=source, heard=home.clock.steady(), valid_ms=10_000)
    await home.take("web:push:r", report)


async def _tidy_after(home: House, days: int) -> None:
    home.clock.pass_ms(days * DAY_MS)
    await tidy(home.store, home.page_no, home.now())
    await home.follower.follow()


async def _flush(home: House, who: str) -> None:
    replica = name(who)
    node_no = home.follower.view.node_no(replica.of_node)
    assert node_no is not None
    assert await home.door.flush(replica, "a test")
    await home.follower.follow()


@in_loop
async def test_a_voice_that_was_silent_for_a_day_beside_another_is_forsaken(store_url: str) -> None:
    async with house(store_url) as home:
        await _hear(home, OTHER)
        await home.push("web:push:r")
        home.clock.pass_ms(20_000)
        await home.silence("web:push:r", OTHER)
        await _tidy_after(home, 1)
        assert await home.rows("SELECT COUNT(*) FROM sighting") == [(1,)]
        why = await home.rows("SELECT reason_code FROM transition WHERE kind = 'source'")
        assert why == [("forsaken:reporter:other",)]
        assert home.status("web:push:r") is HEALTHY


@in_loop
async def test_the_last_voice_is_never_forsaken(store_url: str) -> None:
    async with house(store_url) as home:
        await home.push("web:push:r")
        home.clock.pass_ms(20_000)
        await home.silence("web:push:r")
        await _tidy_after(home, 2)
        assert await home.rows("SELECT COUNT(*) FROM sighting") == [(1,)]
        assert home.status("web:push:r") is DEAD


@in_loop
async def test_what_left_the_page_is_forgotten_after_a_month_with_its_history(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        for who in ("web:push:r", "web:api:1"):
            await home.push(who, DEAD)
            await home.push(who, HEALTHY)
        await home.run("UPDATE lane SET told = 1000000")
        await home.adopt(plan({"web:api": ("1", "2")}))
        await _tidy_after(home, 29)
        assert await home.rows("SELECT key FROM node WHERE gone_at IS NOT NULL") == [("push",)]
        await _tidy_after(home, 2)
        assert await home.rows("SELECT key FROM node WHERE gone_at IS NOT NULL") == []
        assert await home.rows("SELECT key FROM replica ORDER BY key") == [("1",), ("2",)]
        orphans = (
            "SELECT 1 FROM transition WHERE kind IN ('replica', 'standing', 'left')"
            " AND subject_no NOT IN (SELECT no FROM replica)"
        )
        assert await home.rows(orphans) == []


@in_loop
async def test_a_replica_that_came_back_keeps_its_history(store_url: str) -> None:
    async with house(store_url) as home:
        await home.push("web:push:r", DEAD)
        await _flush(home, "web:push:r")
        await home.push("web:push:r", HEALTHY)
        await _tidy_after(home, 40)
        assert await home.rows("SELECT key FROM replica WHERE key = 'r'") == [("r",)]


@in_loop
async def test_a_closed_alert_goes_with_the_last_that_was_said_of_it(store_url: str) -> None:
    async with house(store_url) as home:
        for _ in range(2):
            await home.look("web:api:1", DEAD)
            await home.look("web:api:1", HEALTHY)
        await home.run("UPDATE lane SET told = 1000000")
        await _tidy_after(home, 31)
        assert await home.rows("SELECT COUNT(*) FROM alert") == [(1,)]
        assert await home.rows("SELECT COUNT(*) FROM alert_member") == [(1,)]


@in_loop
async def test_the_last_transition_of_each_subject_outlives_all_others(store_url: str) -> None:
    async with house(store_url) as home:
        for status in (DEAD, HEALTHY, DEAD):
            await home.look("web:api:1", status)
        await _tidy_after(home, 401)
        kept = "SELECT kind, new FROM transition WHERE kind = 'replica'"
        assert await home.rows(kept) == [("replica", DEAD)]


@in_loop
async def test_a_node_that_wore_out_its_names_forgets_the_oldest(store_url: str) -> None:
    few = plan({"web:push": Mode.PUSH}, most_replicas=1)
    async with house(store_url, few) as home:
        for at in range(12):
            assert await home.push(f"web:push:{at}") is Outcome.TAKEN
            await _flush(home, f"web:push:{at}")
        keys = await home.rows("SELECT key FROM replica ORDER BY no")
        assert keys == [(str(at),) for at in range(2, 12)]


@in_loop
async def test_deeds_are_forgotten_after_a_month(store_url: str) -> None:
    async with house(store_url) as home:
        await home.push("web:push:a")
        await _flush(home, "web:push:a")
        await _tidy_after(home, 29)
        assert await home.rows("SELECT act FROM audit") == [("flush",)]
        await _tidy_after(home, 2)
        assert await home.rows("SELECT act FROM audit") == []


@in_loop
async def test_of_what_was_taken_back_the_newest_thousand_stay_and_all_that_is_shown(
    store_url: str,
) -> None:
    def write(cursor: Cursor, page_no: int) -> None:
        for number in range(1_003):
            new = Announcement(id=str(number), title="t", text="x", at=0)
            notice.insert(cursor, page_no, new, revision=1)
        cursor.run("UPDATE notice SET gone_at = 1 WHERE no <> 1")

    async with house(store_url) as home:
        await home.store.write(partial(write, page_no=home.page_no))
        await _tidy_after(home, 0)
        kept = [no for (no,) in await home.rows("SELECT no FROM notice ORDER BY no")]
        assert kept == [1, *range(4, 1_004)]


@in_loop
async def test_times_in_which_we_saw_nothing_are_kept_as_long_as_transitions(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", DEAD)
        job = partial(history.add_blind, page_no=home.page_no, span_at=(1, 2), why="monitor off")
        await home.store.write(job)
        await _tidy_after(home, 399)
        assert await home.rows("SELECT why FROM blind") == [("monitor off",)]
        await _tidy_after(home, 2)
        assert await home.rows("SELECT why FROM blind") == []


@in_loop
async def test_a_run_forgets_a_thousand_attempts_at_most(store_url: str) -> None:
    def write(cursor: Cursor) -> None:
        for n in range(1_003):
            cursor.run(
                "INSERT INTO attempt (lane_no, id, n, steady, at, worker, ms, outcome)"
                " SELECT no, 'id', ?, 1, 1, 'w', 1, 'accepted' FROM lane",
                (n,),
            )

    async with house(store_url) as home:
        await home.store.write(write)
        job = partial(retention.forget_deliveries, before=FAR)
        assert [await home.store.write(job) for _ in range(3)] == [1_000, 3, 0]
