"""Every rule of the checker, on a history by hand: a good one is silent, a bad one is told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest

from rig.checker import RULES, Case, check
from rig.history import (
    Act,
    Deed,
    Event,
    Found,
    Health,
    History,
    Looked,
    Received,
    Reported,
)
from rig.snapshot import Attempt, Outage, Sent, Snapshot, Waiting

API = "looked:a:api"
BOX = "reporters:local:box"
DEAD, HEALTHY, GONE = Health.DEAD, Health.HEALTHY, Health.GONE


def iso(at: int) -> str:
    return f"1970-01-01T00:00:{at / 1000:06.3f}Z"


def looks(*words: tuple[int, Health]) -> list[Looked]:
    return [Looked(at, at, API, health) for at, health in words]


def report(at: int, health: Health, number: int, acked: int | None = 0) -> Reported:
    return Reported(at, at + 5 if acked == 0 else acked, BOX, health, number)


def back(name: str, dead_at: int, back_at: int, *, told: bool = True) -> dict[str, Any]:
    return {"replica": name, "dead_at": iso(dead_at), "back_at": iso(back_at), "told": told}


def message(
    at: int,
    called: str,
    dead: Sequence[str] = (),
    recovered: Sequence[Mapping[str, Any]] = (),
    kind: str = "changed",
) -> Received:
    body = {
        "id": called,
        "type": kind,
        "replicas": list(dead),
        "alerts": [{"dead": list(dead)}],
        "recovered": list(recovered),
    }
    return Received(at, "hook", "accept", taken=True, clear=True, body=body)


DIES = message(6_100, "m1", [API])
RETURNS = message(10_100, "m2", [], [back(API, 6_000, 10_000)])
LOOKS = looks(
    *((n * 1_000, HEALTHY) for n in (1, 2, 3, 4, 5)),
    *((n * 1_000, DEAD) for n in (6, 7, 8, 9)),
    *((n * 1_000, HEALTHY) for n in (10, 11, 12, 13)),
)
REPORTS = [report(1_000, HEALTHY, 1), report(2_000, HEALTHY, 2), report(13_000, HEALTHY, 3)]
SNAPSHOT = Snapshot(
    replicas=[("looked:a", API, 0, 0), ("reporters:local", BOX, 0, 0)],
    nodes=[("looked:a", 0), ("reporters:local", 0)],
    outages=[Outage(API, 6_000, 10_000)],
    deaths=[(API, 6_000)],
    sent=[Sent("hook", "m1", 1, 1, "sent"), Sent("hook", "m2", 2, 2, "sent")],
    lanes=[Waiting("hook", 2, 2)],
)
PAGE = {
    "health": "healthy",
    "probes": [{"nodes": [{"replicas": ["healthy"]}]}, {"nodes": [{"replicas": ["healthy"]}]}],
}


def case(*more: Event, snapshot: Snapshot = SNAPSHOT, without: Sequence[Event] = ()) -> Case:
    """A good run, with *more* events and *without* some."""
    events: list[Event] = [*LOOKS, *REPORTS, DIES, RETURNS, *more]
    return Case(
        history=History([event for event in events if event not in without]),
        snapshot=snapshot,
        channels=["hook"],
        truth={API: HEALTHY, BOX: HEALTHY},
        pages={"one": PAGE},
    )


def words(rule: str, bad: Case) -> list[str]:
    return list(RULES[rule](bad))


def test_a_good_run_breaks_no_promise() -> None:
    assert check(case()) == []


def test_a_death_that_nobody_was_told_is_lost() -> None:
    assert words("lost", case(without=[DIES, RETURNS]))


def test_a_death_that_is_only_told_in_its_return_is_not_lost() -> None:
    late = message(10_100, "m2", [], [back(API, 6_000, 10_000, told=False)])
    assert not words("lost", case(late, without=[DIES, RETURNS]))


def test_a_death_that_no_living_process_finished_is_not_lost() -> None:
    kill = Deed(7_500, Act.KILL, "one")
    assert not words("lost", case(kill, without=[DIES, RETURNS]))


def test_a_death_while_the_database_was_down_is_not_lost() -> None:
    down = (Deed(5_500, Act.CRASH, "database"), Deed(9_500, Act.RECOVER, "database"))
    assert not words("lost", case(*down, without=[DIES, RETURNS]))


def test_an_acknowledged_death_that_nobody_was_told_is_lost() -> None:
    assert words("lost", case(report(3_000, DEAD, 4)))
    assert not words("lost", case(report(3_000, DEAD, 4, acked=None)))


def test_an_outage_across_a_moment_of_surely_being_alive_is_a_ghost() -> None:
    ghost = message(12_900, "m3", [], [back(API, 11_000, 12_800, told=False)])
    assert words("ghost", case(ghost))


def test_who_fell_silent_before_the_answer_was_read_is_no_ghost() -> None:
    silent = message(9_100, "m3", [], [back(BOX, 5_000, 9_000, told=False)])
    assert not words("ghost", case(silent, report(1_900, HEALTHY, 4, acked=7_000)))
    assert words("ghost", case(silent, report(6_900, HEALTHY, 4, acked=7_000)))


def test_a_death_without_a_dead_look_has_no_cause() -> None:
    invented = message(3_900, "m3", [], [back(API, 3_100, 3_200, told=False)])
    assert words("cause", case(invented))


def test_a_return_without_a_sign_of_life_has_no_cause() -> None:
    early = message(8_900, "m2", [], [back(API, 6_000, 8_800)])
    assert words("cause", case(early, without=[RETURNS]))


def test_silence_is_a_cause_only_when_nothing_was_heard() -> None:
    silent = message(6_900, "m3", [], [back(BOX, 6_500, 13_004, told=False)])
    assert not words("cause", case(silent))
    deaf = message(3_900, "m3", [], [back(BOX, 3_500, 13_004, told=False)])
    assert words("cause", case(deaf))


def test_what_is_told_and_what_is_saved_must_be_equal() -> None:
    nothing = replace(SNAPSHOT, outages=[])
    assert words("saved", case(snapshot=nothing))
    assert words("saved", case(without=[RETURNS]))


def test_a_dead_letter_is_not_lost() -> None:
    letter = replace(SNAPSHOT, lettered=[("hook", API, 6_000)])
    assert not words("saved", case(snapshot=letter, without=[DIES, RETURNS]))


def test_a_saved_death_that_is_in_no_alert_is_told() -> None:
    assert words("alarm", case(snapshot=replace(SNAPSHOT, outages=[])))


def test_a_return_before_its_death_is_out_of_order() -> None:
    assert words("order", case(without=[DIES]))


def test_an_outage_that_is_told_twice_is_out_of_order() -> None:
    again = message(11_000, "m3", [], [back(API, 6_000, 10_000, told=False)])
    assert words("order", case(again))


def test_a_last_word_that_is_not_true_is_told() -> None:
    assert words("last word", case(message(14_000, "m3", [BOX])))


def test_one_id_with_two_texts_is_told() -> None:
    other = message(6_200, "m1", [BOX])
    assert words("repeat", case(other))


def test_a_repeat_after_something_newer_is_told() -> None:
    assert words("repeat", case(replace(DIES, at=11_000)))
    assert not words("repeat", case(replace(DIES, at=6_200)))


def test_a_repeat_needs_a_kill_or_an_answer_that_nobody_understood() -> None:
    again = replace(DIES, at=6_200)
    assert words("repeats", case(again))
    assert not words("repeats", case(again, Deed(6_150, Act.KILL, "one")))
    unclear = replace(DIES, clear=False)
    assert not words("repeats", case(again, unclear, without=[DIES]))


def test_what_is_called_sent_and_never_arrived_is_told() -> None:
    assert words("sent", case(without=[RETURNS]))


def test_a_notification_in_two_deliveries_is_told() -> None:
    twice = [Sent("hook", "m1", 1, 1, "sent"), Sent("hook", "m2", 1, 2, "sent")]
    assert words("sent", case(snapshot=replace(SNAPSHOT, sent=twice)))


def test_what_arrived_and_is_not_called_sent_is_told() -> None:
    assert words("received", case(message(14_000, "m3")))


@pytest.mark.parametrize(("number", "is_wrong"), [(9, True), (10, False)])
def test_what_was_in_doubt_as_often_as_may_be_is_told_again_under_a_second_id(
    number: int, *, is_wrong: bool
) -> None:
    tries = [message(at, "m0", [], [back(API, 6_000, 10_000)]) for at in (10_010, 10_015)]
    attempts = [Attempt("hook", 1, "m1"), Attempt("hook", number, "m2")]
    cut_off = case(*tries, snapshot=replace(SNAPSHOT, attempts=attempts))
    assert bool(words("received", cut_off)) is is_wrong
    assert bool(words("order", cut_off)) is is_wrong


def test_the_store_holds_the_last_acknowledged_report() -> None:
    assert not words("acknowledged", case(Found(5_000, 5_010, {BOX: 2})))


@pytest.mark.parametrize("held", [{}, {BOX: 1}, {BOX: 3}])
def test_a_store_without_the_last_acknowledged_report_is_told(held: dict[str, int]) -> None:
    assert words("acknowledged", case(Found(5_000, 5_010, held)))


def test_the_store_may_hold_a_report_that_was_sent_and_not_acknowledged() -> None:
    found = Found(5_000, 5_010, {BOX: 9})
    assert not words("acknowledged", case(found, report(4_000, HEALTHY, 9, acked=None)))


def test_an_acknowledged_flush_is_kept() -> None:
    flush = report(4_000, GONE, 2)
    assert not words("acknowledged", case(flush, Found(5_000, 5_010, {})))
    assert words("acknowledged", case(flush, Found(5_000, 5_010, {BOX: 2})))


def test_a_node_that_is_not_its_worst_replica_is_told() -> None:
    assert words("store", case(snapshot=replace(SNAPSHOT, nodes=[("looked:a", 2)])))
    assert words("store", case(snapshot=replace(SNAPSHOT, page=2)))
    assert words("store", case(snapshot=replace(SNAPSHOT, damage="row 7 is missing")))
    assert words("store", case(snapshot=replace(SNAPSHOT, lanes=[Waiting("hook", 1, 2)])))


def test_a_store_that_is_not_the_truth_is_told() -> None:
    dead = [("looked:a", API, 2, 0), ("reporters:local", BOX, 0, 0)]
    assert words("truth", case(snapshot=replace(SNAPSHOT, replicas=dead)))
    assert words("truth", case(snapshot=replace(SNAPSHOT, replicas=dead[1:])))


def test_a_page_that_is_not_the_store_is_told() -> None:
    pages = {"one": PAGE | {"health": "dead"}}
    assert words("page", replace(case(), pages=pages))


def test_a_second_startup_message_is_told() -> None:
    first, second = (message(n, f"s{n}", kind="startup") for n in (500, 14_000))
    assert not words("startup", case(first))
    assert words("startup", case(first, second))


@pytest.mark.parametrize(("at", "is_wrong"), [(599_000, True), (601_000, False)])
def test_a_start_is_told_again_after_ten_minutes(at: int, *, is_wrong: bool) -> None:
    began = Deed(0, Act.START, "one")
    starts = [message(moment, f"s{moment}", kind="startup") for moment in (500, at)]
    assert bool(words("startup", case(began, *starts))) is is_wrong


def test_a_traceback_is_told() -> None:
    assert words("error", case(snapshot=replace(SNAPSHOT, logs=["Traceback (most recent …"])))
