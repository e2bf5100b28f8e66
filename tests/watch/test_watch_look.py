"""One look: how often it tries, how long it waits between, and what is slow."""

import asyncio
from dataclasses import dataclass, field

import pytest

from tests.house import BLIND, DEAD, HEALTHY, SICK, FakeClock
from watchkeeper.core.plan import Looking
from watchkeeper.core.reason import Reason
from watchkeeper.core.report import Report
from watchkeeper.core.status import Status
from watchkeeper.outside.outside import Outside, real
from watchkeeper.watch.look import MOST_TOLD, Aim, Attempts, look, not_available

LOOKING = Looking(retries=2, retry_wait_ms=500, timeout_ms=10_000, sick_ms=5_000)


class Sleeper(FakeClock):
    """A clock that notes how long somebody wanted to sleep."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[int] = []

    async def sleep(self, ms: int) -> None:
        self.slept.append(ms)


@dataclass
class Seen:
    """A probe that sees one thing after the other, and the deadlines that it was given."""

    reports: list[Report]
    deadlines: list[int] = field(default_factory=list)

    async def __call__(self, _: str, __: object, timeout_ms: int, ___: Outside) -> Report:
        self.deadlines.append(timeout_ms)
        return self.reports[len(self.deadlines) - 1]


def seen(*reports: Report) -> tuple[Report, Seen, list[int]]:
    """Return what a look makes of *reports*, with its probe and its waits."""
    clock, probe = Sleeper(), Seen(list(reports))
    aim = Aim(kind="x", address="x", probe=probe, options=None, looking=LOOKING)
    return asyncio.run(look(aim, real(clock=clock))), probe, clock.slept


def test_a_dead_one_is_tried_again_as_often_as_the_file_says_with_waits_between_alone() -> None:
    last = Report(status=DEAD, reason=Reason("reset"))
    report, probe, slept = seen(Report(status=DEAD), Report(status=DEAD), last)
    assert (report.status, report.reason) == (last.status, last.reason)
    assert probe.deadlines == [10_000] * 3
    assert slept == [500, 500]


@pytest.mark.parametrize("status", [HEALTHY, SICK, BLIND])
def test_whoever_is_not_dead_is_not_tried_again(status: Status) -> None:
    report, probe, slept = seen(Report(status=DEAD), Report(status=status))
    assert (report.status, len(probe.deadlines), slept) == (status, 2, [500])
    assert len(seen(Report(status=status))[1].deadlines) == 1


@pytest.mark.parametrize(
    ("latency_ms", "status", "code"),
    [(0, HEALTHY, ""), (4_999, HEALTHY, ""), (5_000, SICK, "slow"), (9_999, SICK, "slow")],
)
def test_a_good_answer_is_sick_from_the_latency_that_the_file_says(
    latency_ms: int, status: Status, code: str
) -> None:
    report, _, _ = seen(Report(status=HEALTHY, latency_us=latency_ms * 1_000))
    assert (report.status, report.reason.code) == (status, code)


def test_what_is_dead_is_not_called_slow() -> None:
    late = Report(status=DEAD, latency_us=9_000_000, reason=Reason("timeout"))
    report, _, _ = seen(late, late, late)
    assert (report.status, report.reason) == (late.status, late.reason)


def failed(code: str) -> Report:
    return Report(status=DEAD, reason=Reason(code), evidence=f"how it was {code}")


def test_the_evidence_of_the_last_attempt_says_first_why_the_others_failed() -> None:
    report, _, _ = seen(failed("refused"), failed("timeout"), failed("reset"))
    told = ["attempt 1: refused", "attempt 2: timed out", "attempt 3:", "how it was reset"]
    assert str(report.evidence).splitlines() == told


def test_a_success_after_failures_tells_of_them_and_equal_ones_are_told_together() -> None:
    fine = Report(status=HEALTHY, evidence="it answered")
    report, _, _ = seen(failed("refused"), failed("refused"), fine)
    assert str(report.evidence) == "attempts 1 to 2: refused\nattempt 3:\nit answered"


def test_of_a_thousand_attempts_the_last_changes_are_told() -> None:
    told = str(Attempts(["reset", "timeout"] * 500, "it refused")).splitlines()
    assert (len(told), told[0], told[-2]) == (MOST_TOLD + 2, "attempt 991: reset", "attempt 1001:")


def test_a_look_that_was_not_tried_again_tells_of_no_attempt() -> None:
    assert str(seen(Report(status=HEALTHY, evidence="it answered"))[0].evidence) == "it answered"


def test_a_look_may_take_all_its_tries_and_the_waits_between() -> None:
    aim = Aim(kind="x", address="x", probe=not_available, options=None, looking=LOOKING)
    assert aim.deadline_ms == 3 * 10_000 + 2 * 500


def test_a_way_of_looking_that_this_program_does_not_have_is_blind() -> None:
    aim = Aim(kind="x", address="quic://x", probe=not_available, options=None, looking=LOOKING)
    report = asyncio.run(look(aim, real(clock=Sleeper())))
    assert (report.status, report.reason.code) == (BLIND, "unavailable")
