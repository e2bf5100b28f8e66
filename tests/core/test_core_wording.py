from dataclasses import replace

import pytest

from tests.notifiers.notifier_samples import (
    API,
    AT,
    BACK,
    CORE,
    MAIL,
    UNTOLD,
    alert,
    message,
    outage,
    storm,
)
from watchkeeper.core import wording
from watchkeeper.core.message import MessageKind, Recovered
from watchkeeper.core.status import Status

REASONS = {str(API): "refused", str(CORE): "timed out", str(MAIL): "refused"}


def recovered(**parts: object) -> Recovered:
    given: dict[str, object] = {
        "replica": MAIL,
        "dead_at": AT - 60_000,
        "back_at": AT,
        "seconds": 60,
        "told": True,
        "why": "recovered",
    }
    return Recovered(**{**given, **parts})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("startup", "Status started up, as"),
        ("changed", "Status changed to"),
        ("reminder", "Status is still"),
    ],
)
def test_12_1_each_kind_of_message_has_the_ancestors_words(kind: str, said: str) -> None:
    one = message(kind=MessageKind(kind))
    assert wording.happened(one) == said
    assert wording.time_of_day(one.at) == "23:58:28 UTC+00:00"


def test_what_everybody_knows_is_not_added() -> None:
    assert wording.added(outage(API)) == []
    assert wording.added(message()) == []


def test_reasons_are_said_of_all_who_share_them() -> None:
    assert wording.added(outage(API, CORE, MAIL, reasons=REASONS)) == [
        f"refused: {API}, {MAIL}",
        f"timed out: {CORE}",
    ]


def test_a_late_victim_is_told_apart_from_those_who_were_dead_before() -> None:
    late = message(replicas=(API, MAIL), alerts=(alert(dead=(API, MAIL), died=(MAIL,)),))
    assert wording.added(late) == [f"dead now: {MAIL}"]


def test_who_came_back_is_said_with_how_long_it_was_away() -> None:
    told = message(alerts=(alert(recovered=(BACK, recovered(seconds=250), UNTOLD)),))
    assert wording.added(told) == [
        f"back after 1 min: {CORE}",
        f"back after 4 min: {MAIL}",
        f"was dead from 23:56:58 to 23:58:28: {MAIL}",
    ]


def test_among_the_dead_the_sick_are_named() -> None:
    some = {"replicas": (API, CORE, MAIL), "sick": frozenset({CORE, MAIL})}
    told = message(alerts=(alert(dead=(API, CORE, MAIL), died=(API, MAIL)),), **some)
    assert wording.added(told) == [
        f"dead now: {API}",
        f"sick now: {MAIL}",
        f"still sick: {CORE}",
    ]


def test_where_all_are_sick_the_status_says_it() -> None:
    told = outage(API, CORE, status=Status.SICK, sick=frozenset({API, CORE}))
    assert wording.added(told) == []
    assert wording.added(replace(told, kind=MessageKind.REMINDER, alerts=())) == []


def test_who_turned_is_said_with_what_it_was_before() -> None:
    told = message(
        alerts=(
            alert(
                turned=(
                    recovered(why="turned", seconds=300),
                    recovered(why="turned", status=Status.SICK, seconds=600),
                    recovered(why="turned", status=Status.SICK, told=False),
                ),
                recovered=(recovered(status=Status.SICK),),
            ),
        )
    )
    assert wording.added(told) == [
        f"was dead for 5 min: {MAIL}",
        f"was sick for 10 min: {MAIL}",
        f"was sick from 23:57:28 to 23:58:28: {MAIL}",
        f"well again after 1 min: {MAIL}",
    ]


def test_an_untold_outage_of_more_than_a_day_has_its_dates() -> None:
    long = recovered(told=False, seconds=90_000, dead_at=AT - 90_000_000)
    assert wording.added(message(alerts=(alert(recovered=(long,)),))) == [
        f"was dead from 2026-11-19 22:58:28 to 2026-11-20 23:58:28: {MAIL}"
    ]


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("flushed", "flushed by its reporter"),
        ("removed", "no longer watched"),
        ("passed_over", "sick is no trouble any more"),
    ],
)
def test_who_left_otherwise_is_not_called_back(why: str, said: str) -> None:
    told = message(alerts=(alert(recovered=(recovered(why=why),)),))
    assert wording.added(told) == [f"{said}: {MAIL}"]


def test_what_is_not_recorded_comes_first_and_what_is_about_the_monitor_last() -> None:
    strange = outage(API, notes=("a note",), is_unrecorded=True, reasons=REASONS)
    assert wording.added(strange) == [
        "this is not recorded: the database refuses to keep it",
        f"refused: {API}",
        "a note",
    ]


def test_who_was_called_dead_and_is_not_is_named() -> None:
    assert wording.added(message(resumed=(BACK,))) == [
        f"not dead, though called so while nothing could be recorded: {CORE}"
    ]


def test_in_a_storm_a_sentence_counts_those_whom_it_has_no_room_to_name() -> None:
    [said] = wording.added(storm(), room=60)
    assert said.startswith("timed out: web:node-0:http://10.0.0.0/, and 99")
    assert len(said) < 80


def test_a_title_without_end_is_cut() -> None:
    assert len(wording.heading(message(page_title="x" * 5_000))) < 300
