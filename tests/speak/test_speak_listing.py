from typing import Any

from watchkeeper.core.hearing import Hearing
from watchkeeper.core.lane import Lane, Try, Wait
from watchkeeper.core.moment import Moment
from watchkeeper.core.pace import Pace
from watchkeeper.speak.delay import LaneNow
from watchkeeper.speak.listing import listing
from watchkeeper.store.log import LaneLog, LaneRow, Log, TryRow, WaitingRow

NOW = 10_000_000
MOMENT = Moment(steady=NOW, at=1_000)
LANE = LaneRow(
    no=1,
    channel="webhook",
    target="",
    holder="me",
    quiet_until=0,
    told=4,
    last=4,
    id="b",
    due=0,
    fails=0,
    failing_since=0,
    broken_at=None,
    gone_at=None,
)
HALF_A_MINUTE = Pace((30_000,))
WAITING = (WaitingRow("changed", 2, 1_000), WaitingRow("startup", 1, 3_000))


def attempt(message_id: str, n: int, outcome: str = "accepted", **delivered: Any) -> TryRow:
    told = {"state": None, "first": None, "last": None, "delivered_at": None} | delivered
    return TryRow(id=message_id, n=n, at=n * 1_000, worker="me", ms=7, outcome=outcome, **told)


def lines(
    *tries: TryRow,
    waiting: tuple[WaitingRow, ...] = (),
    until: int = 0,
    pace: Pace | None = HALF_A_MINUTE,
    **lane: Any,
) -> list[str]:
    row = LANE._replace(**lane)
    lane_now = LaneNow(
        channel=row.channel,
        target=row.target,
        lane=Lane(no=row.no, told=row.told, due=row.due, fails=row.fails),
        step=Wait(until) if until else Try(row.last),
        quiet_until=row.quiet_until,
        pace=pace,
        hearing=Hearing(channel=row.channel),
    )
    log = LaneLog(row, waiting, tries)
    return listing(Log(MOMENT, (log,)), {row.no: lane_now}).splitlines()


def test_without_a_lane_there_is_nobody_to_tell() -> None:
    assert listing(Log(MOMENT, ()), {}) == "there is no channel to speak on"


def test_a_lane_that_never_had_anything_to_tell_says_so() -> None:
    assert lines(told=0, last=0)[1] == "  there was nothing to tell so far"


def test_a_lane_that_told_everything_says_so() -> None:
    assert lines() == [
        "webhook",
        "  everything is told, up to notification 4",
        "",
        "nothing was tried yet",
    ]


def test_what_waits_is_counted_by_kind_since_the_oldest() -> None:
    assert lines(waiting=WAITING)[1:3] == [
        "  3 waiting since 1970-01-01T00:00:01.000Z: 2 changed, 1 startup",
        "  next try as soon as a server comes to it",
    ]


def test_what_the_pace_holds_back_is_named_with_its_moment() -> None:
    head = lines(waiting=WAITING, until=NOW + 29_500)
    assert head[2] == "  next try in 29 s, at 1970-01-01T00:00:30.500Z, as the pace says"


def test_without_a_config_nobody_knows_the_pace() -> None:
    assert lines(waiting=WAITING, pace=None)[2] == "  next try as soon as the pace allows"


def test_what_is_being_sent_says_when_it_is_sent_again() -> None:
    assert lines(waiting=WAITING, due=NOW + 9_000)[2] == (
        "  next try in 9 s, at 1970-01-01T00:00:10.000Z, if the try under way does not end before"
    )


def test_a_failing_lane_says_since_when_why_and_until_when() -> None:
    failed = attempt("b", 5, "unreachable: refused")
    head = lines(failed, waiting=WAITING, fails=3, failing_since=NOW - 125_000, due=NOW + 40_500)
    assert head[2:5] == [
        "  failing for 2 min, tries in a row: 3",
        "  last outcome: unreachable: refused",
        "  next try in 40 s, at 1970-01-01T00:00:41.500Z, after a failure",
    ]


def test_a_receiver_that_asked_for_quiet_is_named_as_the_reason() -> None:
    head = lines(waiting=WAITING, due=NOW + 500, quiet_until=NOW + 3_600_000)
    assert head[2] == "  next try in 1 h, at 1970-01-01T01:00:01.000Z, as the receiver asked"


def test_a_broken_and_a_gone_lane_say_since_when() -> None:
    assert lines(broken_at=2_000)[2].startswith("  broken since 1970-01-01T00:00:02.000Z")
    assert lines(gone_at=2_000)[1] == "  gone from the config since 1970-01-01T00:00:02.000Z"


def test_a_message_has_its_state_its_id_its_notifications_and_its_tries() -> None:
    sent: dict[str, Any] = {"state": "sent", "first": 2, "last": 4, "delivered_at": 6_000}
    tries = (attempt("b", 5, "unreachable: reset", **sent), attempt("b", 6, **sent))
    assert lines(*tries)[3:] == [
        "sent  1970-01-01T00:00:06.000Z  webhook  b  notifications 2 to 4",
        "  try 5  1970-01-01T00:00:05.000Z  me  7 ms  unreachable: reset",
        "  try 6  1970-01-01T00:00:06.000Z  me  7 ms  accepted",
    ]


def test_one_that_was_never_delivered_waits_or_went_out_with_a_later_one() -> None:
    told = lines(attempt("a", 1, "refused"), attempt("b", 2, "refused"), told=3, last=4)[3:]
    assert [told[0], told[2]] == ["replaced  webhook  a", "waiting  webhook  b"]


def test_a_message_that_was_given_up_in_part_and_taken_after_all_says_both() -> None:
    dead: dict[str, Any] = {"state": "dead", "first": 1, "last": 1, "delivered_at": 5_000}
    sent: dict[str, Any] = {"state": "sent", "first": 2, "last": 2, "delivered_at": 6_000}
    told = lines(attempt("b", 5, **dead), attempt("b", 5, **sent))[3:]
    assert told == [
        "dead  1970-01-01T00:00:05.000Z  webhook  b  notification 1",
        "sent  1970-01-01T00:00:06.000Z  webhook  b  notification 2",
        "  try 5  1970-01-01T00:00:05.000Z  me  7 ms  accepted",
    ]
