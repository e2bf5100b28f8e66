"""One small test for each rule without which something was lost or said wrongly.

`rig/sabotage/` holds a patch for each name: with it applied, the test of that name is red.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from uuid import UUID

import psycopg
import pytest

from tests.cluster import Cluster
from tests.house import DEAD, HEALTHY, PAGE, REPORTER, House, house, name, plan
from tests.loop import in_loop
from tests.outside.world import serving
from watchkeeper.core import lane as rules
from watchkeeper.core.compose import Sender, compose
from watchkeeper.core.facts import Facts, Kind
from watchkeeper.core.hearing import Hearing
from watchkeeper.core.lane import Lane, Notification, Try
from watchkeeper.core.message import Message
from watchkeeper.core.pace import AT_ONCE
from watchkeeper.core.plan import Looking
from watchkeeper.core.reminder import Reminding
from watchkeeper.core.report import Report
from watchkeeper.core.url import Url
from watchkeeper.judge.remind import say_reminders
from watchkeeper.outside.outside import Outside
from watchkeeper.speak.talk import Talk
from watchkeeper.speak.thought import Tenure
from watchkeeper.speak.tongue import Tongue
from watchkeeper.store import channel as channel_rows
from watchkeeper.store import gate
from watchkeeper.store import lane as lane_rows
from watchkeeper.store import sighting as sighting_rows
from watchkeeper.store.cursor import Track
from watchkeeper.store.errors import StoreRefused
from watchkeeper.store.lane import Claim
from watchkeeper.store.opening import open_to_serve
from watchkeeper.store.sighting import Kept, Repeat
from watchkeeper.watch.silence import Silence
from watchkeeper.watch.workers import Workers

INSTALLATION = UUID(int=7)
CONFIRMED = plan({"web:api": ("1",)}, looking=Looking(confirm_dead=2))


def second(home: House) -> House:
    """Another process that shares the database, with a view of its own."""
    return House(home.store, home.page_no, home.plan, home.clock)


@in_loop
async def test_cas_a_sighting_that_moved_meanwhile_is_not_written_over(store_url: str) -> None:
    async with house(store_url) as home:
        await home.push("web:push:a")
        kept = home.follower.view.kept(name("web:push:a"), REPORTER)
        assert kept
        dead = Kept(*kept.key, replace(kept.sighting, status=DEAD))
        stale = kept.sighting.heard - 1
        with pytest.raises(StoreRefused):
            await home.store.write(lambda c: sighting_rows.save(c, [(dead, stale)]))
        assert await home.rows("SELECT status FROM sighting") == [(HEALTHY,)]


@in_loop
async def test_slot_two_looks_of_one_slot_confirm_nothing(store_url: str) -> None:
    async with house(store_url, CONFIRMED) as home:
        await home.look("web:api:1", HEALTHY, seq=1)
        await home.look("web:api:1", DEAD, seq=2)
        await home.look("web:api:1", DEAD, seq=2)
        assert home.status("web:api:1") is HEALTHY
        await home.look("web:api:1", DEAD, seq=3)
        assert home.status("web:api:1") is DEAD


@in_loop
async def test_age_a_report_that_comes_late_changes_nothing(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", DEAD)
        late = home.clock.steady() - 500
        await home.take("web:api:1", Report(status=HEALTHY, heard=late, seq=0))
        assert home.status("web:api:1") is DEAD


@in_loop
async def test_reload_a_stale_cache_calls_no_report_old_news(store_url: str) -> None:
    async with house(store_url) as home:
        await home.look("web:api:1", HEALTHY)
        other = second(home)
        running = asyncio.create_task(other.door.run())
        await other.follower.follow()
        await home.look("web:api:1", DEAD)
        home.clock.pass_ms(2_000)
        await other.look("web:api:1", HEALTHY)
        assert other.status("web:api:1") is HEALTHY
        running.cancel()


@in_loop
async def test_sightrev_a_look_that_only_contradicts_is_followed_by_the_others(
    store_url: str,
) -> None:
    async with house(store_url, CONFIRMED) as home:
        await home.look("web:api:1", HEALTHY)
        other = second(home)
        running = asyncio.create_task(other.door.run())
        await other.follower.follow()
        await home.look("web:api:1", DEAD)
        await other.follower.follow()
        await other.look("web:api:1", HEALTHY)
        await home.look("web:api:1", DEAD)
        assert home.status("web:api:1") is HEALTHY
        running.cancel()


@in_loop
async def test_mute_nobody_is_reminded_before_a_mute_ends(store_url: str) -> None:
    policy = Reminding(interval_ms=60_000)

    async with house(store_url) as home:
        await home.look("web:api:1", DEAD)
        until = home.clock.steady() + 3_600_000
        await home.store.write(partial(gate.save_mute, page_no=home.page_no, until=until))
        for _ in range(61):
            home.clock.pass_ms(59_000)
            job = partial(say_reminders, page_no=home.page_no, policy=policy, now=home.now())
            await home.store.write(job)
        assert [facts.kind for facts in await home.said()] == [Kind.CHANGED]


LINGERING = """
    CREATE FUNCTION linger() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(0.02); RETURN NEW; END $$;
    CREATE TRIGGER linger BEFORE UPDATE ON sighting FOR EACH ROW EXECUTE FUNCTION linger()
"""


def test_sort_reports_in_any_order_take_their_rows_in_one_order(cluster: Cluster) -> None:
    url = cluster.database()

    async def main() -> None:
        async with house(url) as home:
            for n in range(40):
                await home.push(f"web:push:{n}")
            view = home.follower.view
            kept = [k for n in range(40) if (k := view.kept(name(f"web:push:{n}"), REPORTER))]
            with psycopg.connect(url) as connection:
                connection.execute(LINGERING)
            there, back = await open_to_serve(url), await open_to_serve(url)
            for later in range(1, 5):
                await asyncio.gather(
                    there.write(_repeats(kept, later), Track.FAST),
                    back.write(_repeats(kept[::-1], later), Track.FAST),
                )
            await there.close()
            await back.close()

    asyncio.run(main())
    with psycopg.connect(url) as connection:
        connection.execute("SELECT pg_stat_force_next_flush()")
        row = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    assert row == (0,)


def _repeats(kept: list[Kept], later: int) -> partial[set[tuple[int, int]]]:
    repeats = [
        Repeat(*k.key, status=HEALTHY, reason_code="", heard=k.sighting.heard + later,
             seq=-1, valid_ms=60_000, cpu=-1, ram=-1)
        for k in kept
    ]  # fmt: skip
    return partial(sighting_rows.swallow, repeats=repeats)


def _outage(opened: int) -> Facts:
    return Facts(kind=Kind.CHANGED, steady=opened, at=5, status=DEAD, subject="page", opened=opened)


def test_ids_two_outages_never_share_one() -> None:
    sender = Sender(installation=INSTALLATION, channel="hook", target="", page=PAGE)
    ids = {compose(sender, [_outage(opened)]).id for opened in (1, 2, 1)}
    assert len(ids) == 2


def _silence(home: House, workers: Workers) -> Silence:
    return Silence(home.post(workers))


async def _dead_after_scan(home: House, silence: Silence) -> bool:
    await silence.scan()
    await home.follower.follow()
    return home.status("web:push:a") is DEAD


@in_loop
async def test_grace_after_a_start_everybody_has_a_full_interval_to_report(store_url: str) -> None:
    async with house(store_url) as home:
        workers = home.workers("a")
        silence = _silence(home, workers)
        await home.push("web:push:a", valid_ms=10_000)
        home.clock.pass_ms(60_000)
        await workers.hear_anew()
        assert not await _dead_after_scan(home, silence)
        home.clock.pass_ms(9_000)
        assert not await _dead_after_scan(home, silence)
        home.clock.pass_ms(1_100)
        assert await _dead_after_scan(home, silence)


@in_loop
async def test_suspect_silence_is_not_believed_while_a_worker_may_be_deaf(store_url: str) -> None:
    async with house(store_url) as home:
        workers, other = home.workers("a"), home.workers("b")
        silence = _silence(home, workers)
        await other.beat()
        await workers.beat()
        await home.push("web:push:a", valid_ms=6_500)
        home.clock.pass_ms(7_000)
        await workers.beat()
        assert not await _dead_after_scan(home, silence)
        home.clock.pass_ms(4_000)
        await workers.beat()
        assert not await _dead_after_scan(home, silence)
        home.clock.pass_ms(6_600)
        assert await _dead_after_scan(home, silence)


@dataclass
class Mouth:
    """One lane of a house, and a way to send that the test gives."""

    home: House
    lane: Lane
    channel_no: int

    async def now(self) -> Lane:
        found = await self.home.store.read(partial(lane_rows.lane, no=self.lane.no))
        assert found
        return found

    async def take(self, holder: str) -> int:
        """Take the channel, as another worker does; return the fence."""
        rows = await self.home.store.read(partial(channel_rows.of_page, page_no=self.home.page_no))
        job = partial(
            channel_rows.take, channel_no=self.channel_no, holder=holder, fence=rows[0].fence
        )
        assert await self.home.store.write(job)
        return rows[0].fence + 1

    async def claim(self, fence: int, last: int, called: str = "id") -> Lane:
        lane = await self.now()
        taken = Claim(last, called, 1, self.home.clock.steady() + rules.CLAIM_MS)
        assert await self.home.store.write(
            partial(lane_rows.claim, one=lane, taken=taken, fence=fence)
        )
        return replace(lane, attempt=lane.attempt + 1, last=last, id=called, due=taken.due)

    def accepted(self, lane: Lane) -> Awaitable[bool]:
        return self.home.store.write(partial(lane_rows.accepted, one=lane, said=0, step=0))


async def mouth(home: House) -> Mouth:
    rows = await home.store.read(partial(channel_rows.of_page, page_no=home.page_no))
    lanes = await home.store.read(partial(lane_rows.lanes, channel_no=rows[0].no))
    return Mouth(home, lanes[0][1], rows[0].no)


@in_loop
async def test_lastcheck_a_claim_that_grew_old_sends_nothing_once_another_speaks(
    store_url: str,
) -> None:
    received: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        received.append(await reader.read(100))
        writer.close()

    async with house(store_url) as home, serving(serve) as port:
        one = await mouth(home)
        await home.look("web:api:1", DEAD)
        url = Url.parse(f"http://127.0.0.1:{port}/")

        async def frozen(message: Message, _: object, outside: Outside) -> None:
            home.clock.pass_ms(6_000)
            await one.take("another")
            await outside.http.send_json(url, json={"id": message.id})

        await _tell_once(home, one, frozen)
        assert received == []
        assert (await one.now()).told == one.lane.told


async def _tell_once(
    home: House, one: Mouth, send: Callable[[Message, object, Outside], Awaitable[None]]
) -> None:
    fence = await one.take("me")
    sender = Sender(installation=INSTALLATION, channel="hook", target="", page=PAGE)
    tongue = Tongue(sender=sender, hearing=Hearing(channel="hook"), settings=None, send=send)
    tenure = Tenure(home.page_no, one.channel_no, one.lane.no, "hook", fence)
    await asyncio.wait_for(Talk(home.ground, lambda: tongue, tenure).run(), 10)


@in_loop
async def test_okwins_what_arrived_counts_whoever_claimed_it_last(store_url: str) -> None:
    async with house(store_url) as home:
        one = await mouth(home)
        await home.look("web:api:1", DEAD)
        last = one.lane.told + 1
        frozen = await one.claim(await one.take("a"), last)
        await one.claim(await one.take("b"), last)
        assert await one.accepted(frozen)
        assert (await one.now()).told == last


@in_loop
async def test_keepdue_nothing_overtakes_a_repeat_that_is_still_in_flight(store_url: str) -> None:
    async with house(store_url) as home:
        one = await mouth(home)
        await home.look("web:api:1", DEAD)
        last = one.lane.told + 1
        frozen = await one.claim(await one.take("a"), last)
        repeat = await one.claim(await one.take("b"), last)
        await one.accepted(frozen)
        assert (await one.now()).due == repeat.due > 0
        assert not await one.accepted(repeat)


def test_doubt_what_may_have_arrived_is_repeated_unchanged() -> None:
    waiting = [Notification(n, _outage(n)) for n in (1, 2, 3)]
    uncertain = Lane(no=1, told=0, last=2, id="id", doubt=1, fails=1)
    assert rules.next_step(uncertain, waiting, 0, AT_ONCE, paced=False) == Try(2)
    clear = replace(uncertain, doubt=0)
    assert rules.next_step(clear, waiting, 0, AT_ONCE, paced=False) == Try(3)
    hopeless = replace(uncertain, doubt=rules.MOST_DOUBT + 1)
    assert rules.next_step(hopeless, waiting, 0, AT_ONCE, paced=False) == Try(3)


@in_loop
async def test_flapping_of_what_never_rests_is_said_once(store_url: str) -> None:
    async with house(store_url) as home:
        for n in range(20):
            await home.look("web:api:1", HEALTHY if n % 2 else DEAD)
        kinds = [one.kind for one in await home.said()]
        assert kinds == [*[Kind.CHANGED] * 3, Kind.FLAPPING]
