"""What was seen is kept, whatever a script prints."""

from functools import partial

from tests.house import BLIND, DEAD, HEALTHY, SICK, House, house, plan
from tests.loop import in_loop
from watchkeeper.core.plan import Looking
from watchkeeper.core.reason import Reason
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.store.history import (
    EVIDENCE_BYTES,
    KEPT_FAILURES,
    Evidence,
    add_evidence,
)


@in_loop
async def test_evidence_is_kept_without_what_a_database_does_not_take(store_url: str) -> None:
    async with house(store_url) as home:
        [(replica_no,)] = await home.rows("SELECT MIN(no) FROM replica")
        body = "exit \0\ud800status"
        seen = Evidence(replica_no, 0, DEAD, "exit:1", body)
        await home.store.write(partial(add_evidence, seen=seen))
        assert await home.rows("SELECT body FROM evidence") == [("exit ?status",)]


LATER = plan(looking=Looking(confirm_dead=3))


async def see(home: House, status: Status, why: str, evidence: str) -> None:
    home.clock.pass_ms(1)
    heard = home.clock.steady()
    report = Report(status=status, heard=heard, seq=heard, reason=Reason(why), evidence=evidence)
    await home.take("web:api:1", report)


async def bodies(home: House) -> list[str]:
    return [body for (body,) in await home.rows("SELECT body FROM evidence ORDER BY no")]


@in_loop
async def test_the_last_20_failures_are_kept_and_the_first_success_after_each(
    store_url: str,
) -> None:
    async with house(store_url) as home:
        for number in range(25):
            await see(home, DEAD, "refused", f"failure {number}")
            await see(home, DEAD, "refused", "the same again")
            await see(home, HEALTHY, "", f"success {number}")
            await see(home, HEALTHY, "", "the same again")
        kept = range(25 - KEPT_FAILURES, 25)
        words = [f"{word} {number}" for number in kept for word in ("failure", "success")]
        assert await bodies(home) == words


@in_loop
async def test_failures_without_a_success_between_them_are_bounded_too(store_url: str) -> None:
    async with house(store_url) as home:
        for number in range(30):
            status = SICK if number % 2 else DEAD
            await see(home, status, "slow", f"failure {number}")
        assert await bodies(home) == [f"failure {n}" for n in range(30 - KEPT_FAILURES, 30)]


@in_loop
async def test_another_reason_is_seen_too_though_the_status_stays(store_url: str) -> None:
    async with house(store_url) as home:
        await see(home, DEAD, "refused", "a refusal")
        await see(home, DEAD, "timeout", "a long wait")
        await see(home, BLIND, "local", "no socket")
        seen = await home.rows("SELECT status, reason_code, body FROM evidence ORDER BY no")
        assert seen == [
            (2, "refused", "a refusal"),
            (2, "timeout", "a long wait"),
            (-2, "local", "no socket"),
        ]
        statuses = await home.rows("SELECT new FROM transition WHERE kind = 'replica'")
        assert statuses == [(2,)]


@in_loop
async def test_a_failure_is_kept_before_it_is_confirmed(store_url: str) -> None:
    async with house(store_url, LATER) as home:
        await see(home, HEALTHY, "", "fine")
        await see(home, DEAD, "refused", "the first")
        await see(home, DEAD, "refused", "the second")
        assert await bodies(home) == ["the first", "the second"]


@in_loop
async def test_the_success_that_ends_an_unconfirmed_failure_is_kept(store_url: str) -> None:
    async with house(store_url, LATER) as home:
        await see(home, HEALTHY, "", "fine")
        await see(home, DEAD, "refused", "a hiccup")
        await see(home, HEALTHY, "", "fine again")
        await see(home, HEALTHY, "", "and so on")
        assert await bodies(home) == ["a hiccup", "fine again"]


@in_loop
async def test_evidence_has_at_most_8_kb_of_whole_characters(store_url: str) -> None:
    async with house(store_url) as home:
        await see(home, DEAD, "refused", "ä" * 10_000)
        [body] = await bodies(home)
        assert body == "ä" * (EVIDENCE_BYTES // 2)
